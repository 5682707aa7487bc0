using AdClip.Vision.Imaging;
using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Vision.Tests.Imaging.Tiles;

public sealed class TilePicturesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-tiles").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(300, 260, 100, 0.25, 64)]
    [InlineData(300, 260, 90, 0.6, 128)]
    [InlineData(70, 500, 100, 0, 70)]
    public void Read_EveryTile_BitsOfTheResizedCrop(int width, int height, int side, double overlap, int modelSide)
    {
        var whole = Noise(width, height);
        var path = Path.Combine(_folder, "noise.png");
        File.WriteAllBytes(path, PngWriter.Encode(whole.Rgb, width, height, PngPixels.Rgb));
        var plan = TilePlan.For(width, height, side, overlap);

        var tiles = TilePictures.Read(path, plan, modelSide).ToList();

        Assert.Equal(Enumerable.Range(0, plan.Count), tiles.Select(tile => tile.Index));
        foreach (var (index, picture) in tiles)
        {
            var tile = plan[index];
            var expected = Resampler.Resize(PreprocessGeometry.Crop(whole, tile.Left, tile.Top, tile.Width, tile.Height), modelSide, modelSide);
            Assert.Equal(expected.Rgb, picture.Rgb);
        }
    }

    [Fact]
    public void Read_Transparency_ColoursAsWhenResizedWhole()
    {
        var random = new Random(7);
        var rgba = new byte[64 * 64 * 4];
        random.NextBytes(rgba);
        var path = Path.Combine(_folder, "alpha.png");
        File.WriteAllBytes(path, PngWriter.Encode(rgba, 64, 64, PngPixels.Rgba));

        var (_, picture) = Assert.Single(TilePictures.Read(path, TilePlan.For(64, 64, 64), 32));

        Assert.Equal(ImageDecoder.DecodeResized(path, 32, 32).Rgb, picture.Rgb);
    }

    [Fact]
    public void Read_PlanOfAnotherSize_Refused()
    {
        var path = Path.Combine(_folder, "small.png");
        File.WriteAllBytes(path, PngWriter.Encode(Noise(40, 40).Rgb, 40, 40, PngPixels.Rgb));

        Assert.Throws<ArgumentException>(() => TilePictures.Read(path, TilePlan.For(50, 40, 20), 32).ToList());
    }

    private static PixelImage Noise(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        new Random(width).NextBytes(rgb);
        return new PixelImage(width, height, rgb);
    }
}
