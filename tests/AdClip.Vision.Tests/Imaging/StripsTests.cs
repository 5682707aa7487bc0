using AdClip.Vision.Imaging;
using NetVips;

namespace AdClip.Vision.Tests.Imaging;

/// <summary>Pictures streamed in strips give the bits of the picture decoded whole.</summary>
public sealed class StripsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-strips").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("noise.jpg", 3, 8, 1000, 333)]
    [InlineData("noise.jpg", 1, 8, 1000, 333)]
    [InlineData("noise.png", 3, 8, 9000, 37)]
    [InlineData("noise.png", 1, 8, 70, 500)]
    [InlineData("noise.png", 4, 8, 641, 97)]
    [InlineData("noise.png", 2, 8, 641, 97)]
    [InlineData("noise.png", 1, 16, 641, 97)]
    [InlineData("noise.png", 3, 16, 2700, 41)]
    [InlineData("noise.png", 3, 16, 3000, 1000)]
    [InlineData("noise.tif", 3, 8, 300, 517)]
    [InlineData("noise.webp", 3, 8, 517, 300)]
    public void DecodeResized_EachFormat_BitsOfTheWholePictureResized(string name, int channels, int bits, int width, int height)
    {
        var path = Path.Combine(_folder, name);
        VipsLibrary.Prepare();
        var samples = new byte[width * height * channels * bits / 8];
        new Random(bits + channels).NextBytes(samples);
        using (var image = Image.NewFromMemory(samples, width, height, channels, bits == 8 ? Enums.BandFormat.Uchar : Enums.BandFormat.Ushort))
        using (var named = image.Copy(interpretation: (channels, bits) switch
        {
            ( <= 2, 8) => Enums.Interpretation.Bw,
            ( <= 2, _) => Enums.Interpretation.Grey16,
            (_, 8) => Enums.Interpretation.Srgb,
            _ => Enums.Interpretation.Rgb16,
        }))
        {
            named.WriteToFile(path);
        }

        var whole = ImageDecoder.Decode(path);

        if (bits == 8 && channels is 1 or 3 && name == "noise.png")
        {
            Assert.Equal(samples, channels == 3 ? whole.Rgb : whole.Rgb.Where((_, i) => i % 3 == 0));
        }
        foreach (var (outWidth, outHeight) in new[] { (224, 224), (320, height), (width, 50) })
        {
            Assert.Equal(Resampler.Resize(whole, outWidth, outHeight).Rgb, ImageDecoder.DecodeResized(path, outWidth, outHeight).Rgb);
        }
    }
}
