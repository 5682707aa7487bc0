using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class PngWriterTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"adclip-png-{Guid.NewGuid():N}.png");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(PngPixels.Grey, 1)]
    [InlineData(PngPixels.Rgb, 3)]
    public void Encode_RandomPixels_DecodeToTheSame(PngPixels pixels, int channels)
    {
        var data = new byte[61 * 47 * channels];
        new Random(7).NextBytes(data);

        File.WriteAllBytes(_path, PngWriter.Encode(data, 61, 47, pixels));

        var image = ImageDecoder.Decode(_path);
        Assert.Equal((61, 47), (image.Width, image.Height));
        Assert.Equal(channels == 3 ? data : [.. data.SelectMany(v => new[] { v, v, v })], image.Rgb);
    }

    [Fact]
    public void EncodeMask_RandomMask_DecodesToTheSame()
    {
        var random = new Random(11);
        bool[] mask = [.. Enumerable.Range(0, 37 * 29).Select(_ => random.Next(3) == 0)];

        File.WriteAllBytes(_path, PngWriter.EncodeMask(mask, 37, 29));

        Assert.Equal(1, ImageDecoder.Identify(_path).BitDepth);
        Assert.Equal(mask, MaskDecoder.Decode(_path, 37, 29).Defect);
    }

    [Fact]
    public void Dispose_RowsMissing_FileIsNotWhole()
    {
        using (var file = File.Create(_path))
        using (var writer = new PngWriter(file, 8, 8, PngPixels.Grey))
        {
            writer.Write(new byte[8]);
        }

        Assert.Throws<RefusedInputException>(() => ImageDecoder.Identify(_path));
    }
}
