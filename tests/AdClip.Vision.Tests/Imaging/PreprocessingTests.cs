using System.Security.Cryptography;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class PreprocessingTests
{
    private const int Side = 518;

    [Theory]
    [InlineData("bilevel")]
    [InlineData("downsample-big")]
    [InlineData("extreme-aspect")]
    [InlineData("grey")]
    [InlineData("grey16-scaled")]
    [InlineData("palette")]
    [InlineData("photo-jpeg")]
    [InlineData("rgba")]
    [InlineData("same-size")]
    [InlineData("upsample-64")]
    public void ToTensor_GoldenCase_SamePixelsAndNumbers(string name)
    {
        var folder = SharedFolder.Require($"golden/preprocess/{name}");
        var input = InputOf(folder);

        AssertGolden(
            folder, Resampler.Resize(ImageDecoder.Decode(input), Side, Side),
            Preprocessing.ToTensor(ImageDecoder.Decode(input), Side, PixelScale.Clip));
    }

    [Theory]
    [InlineData("bilevel")]
    [InlineData("downsample-big")]
    [InlineData("palette")]
    [InlineData("rgba")]
    [InlineData("grey16-scaled")]
    public void LoadTensor_StreamedFromFile_SameAsDecodedWhole(string name)
    {
        var input = InputOf(SharedFolder.Require($"golden/preprocess/{name}"));

        var streamed = Preprocessing.LoadTensor(input, 224, PixelScale.Clip);

        Assert.Equal(3 * 224 * 224, streamed.Length);
        Assert.Equal(Preprocessing.ToTensor(ImageDecoder.Decode(input), 224, PixelScale.Clip), streamed);
    }

    [Theory]
    [InlineData("photo-jpeg")]
    [InlineData("grey")]
    [InlineData("rgba")]
    [InlineData("downsample-big")]
    public void Decode_GoldenInput_SameSamples(string name)
    {
        var folder = SharedFolder.Require($"golden/preprocess/{name}");
        var wanted = GoldenFile.Json(Path.Combine(folder, "case.json")).GetProperty("input");
        var image = ImageDecoder.Decode(InputOf(folder));
        var samples = wanted.GetProperty("mode_as_opened").GetString() switch
        {
            "RGB" => image.Rgb,
            "L" => [.. image.Rgb.Where((_, i) => i % 3 == 0)],
            _ => null,
        };
        if (samples is null)
        {
            // RGBA: the stored colours are multiplied by alpha; alpha itself is unchanged.
            Assert.Equal(wanted.GetProperty("decoded_shape")[0].GetInt32() * wanted.GetProperty("decoded_shape")[1].GetInt32(), image.Alpha!.Length);
            return;
        }

        Assert.Equal(wanted.GetProperty("decoded_sha256").GetString(), Sha256(samples));
    }

    [Theory]
    [InlineData("resize-longest-extreme")]
    [InlineData("resize-longest-grey")]
    [InlineData("resize-longest-photo")]
    [InlineData("resize-longest-small64")]
    public void ResizeLongest_GoldenCase_SamePixelsAndNumbers(string name)
    {
        var folder = SharedFolder.Require($"golden/preprocess/{name}");

        var image = PreprocessGeometry.ResizeLongestAndPad(ImageDecoder.Decode(InputOf(folder)), Side);

        AssertGolden(folder, image, PixelScale.Clip.Apply(image));
    }

    [Theory]
    [InlineData("resize-shortest-centercrop-grey")]
    [InlineData("resize-shortest-centercrop-photo")]
    [InlineData("resize-shortest-centercrop-small64")]
    public void CenterCrop_GoldenCase_SamePixelsAndNumbers(string name)
    {
        var folder = SharedFolder.Require($"golden/preprocess/{name}");

        var image = PreprocessGeometry.CenterCrop(PreprocessGeometry.ResizeShortest(ImageDecoder.Decode(InputOf(folder)), Side), Side);

        AssertGolden(folder, image, PixelScale.Clip.Apply(image));
    }

    [Theory]
    [InlineData(84)]
    [InlineData(250)]
    [InlineData(518)]
    public void MaskToSize_GoldenMask_SamePixels(int side)
    {
        var folder = SharedFolder.Require("golden/preprocess/mask");
        var wanted = GoldenFile.Json(Path.Combine(folder, "case.json")).GetProperty("results").GetProperty($"{side}");
        var image = ImageDecoder.Decode(InputOf(folder));
        bool[] mask = [.. image.Rgb.Where((_, i) => i % 3 == 0).Select(v => v > 0)];

        var resized = Preprocessing.MaskToSize(mask, image.Width, image.Height, side, side);

        Assert.Equal(wanted.GetProperty("positive_pixels").GetInt32(), resized.Count(defect => defect));
        Assert.Equal(wanted.GetProperty("binary_sha256").GetString(), Sha256([.. resized.Select(defect => defect ? (byte)1 : (byte)0)]));
    }

    [Theory]
    [InlineData(120, 90)]
    [InlineData(700, 530)]
    [InlineData(613, 401)]
    public void MaskToSize_RowByRow_AsSpreadOut(int outWidth, int outHeight)
    {
        var mask = new Mask(613, 401);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var x = random.Next(600);
            mask.FillRow(random.Next(401), x, x + random.Next(60));
        }
        var pixels = new byte[613 * 401];
        mask.ToRowMajor(pixels);

        Assert.Equal(
            Preprocessing.MaskToSize(Array.ConvertAll(pixels, pixel => pixel != 0), 613, 401, outWidth, outHeight),
            Preprocessing.MaskToSize(mask, outWidth, outHeight));
    }

    [Fact]
    public void ToTensor_UniformBlack_FiniteNumbers()
    {
        var tensor = Preprocessing.ToTensor(new PixelImage(640, 480, new byte[640 * 480 * 3]), 224, PixelScale.Clip);

        Assert.All(tensor.Chunk(224 * 224), plane => Assert.Equal(plane[0], plane[^1]));
        Assert.DoesNotContain(tensor, float.IsNaN);
    }

    [Fact]
    public void ToTensor_FourThousandByThree_FullSquare()
    {
        var tensor = Preprocessing.ToTensor(new PixelImage(4000, 3, new byte[4000 * 3 * 3]), 518, PixelScale.Clip);

        Assert.Equal(3 * 518 * 518, tensor.Length);
    }

    private static string InputOf(string folder)
    {
        var file = GoldenFile.Json(Path.Combine(folder, "case.json")).GetProperty("input").GetProperty("file").GetString()!;
        return Path.Combine(folder, "..", "inputs", file);
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void AssertGolden(string folder, PixelImage image, float[] tensor)
    {
        var golden = GoldenFile.Json(Path.Combine(folder, "case.json"));
        Assert.Equal((Side, Side), (image.Width, image.Height));
        Assert.Equal(golden.GetProperty("rgb_sha256").GetString(), Sha256(image.Rgb));

        var size = golden.GetProperty("normalized_center_size").GetInt32();
        var origin = golden.GetProperty("normalized_center_origin_row_col");
        var wanted = GoldenFile.Tensor<float>(Path.Combine(folder, "outputs.safetensors"), "normalized_center");
        Assert.Equal(3 * Side * Side, tensor.Length);
        var at = 0;
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < size; y++)
            {
                for (var x = 0; x < size; x++, at++)
                {
                    var got = tensor[(c * Side + origin[0].GetInt32() + y) * Side + origin[1].GetInt32() + x];
                    Assert.Equal(wanted[at], got, 1e-6f);
                }
            }
        }
    }
}
