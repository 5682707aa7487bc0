using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class HeatmapTests
{
    [Fact]
    public void Render_SameValueInTwoMaps_SameColour()
    {
        var calm = Pixels(Heatmap.Render([0f, 0.1f, 0.2f, 0.2f], 2, 2, ColourMap.Ember));
        var loud = Pixels(Heatmap.Render([0.2f, 1f, 5f, -3f], 2, 2, ColourMap.Ember));

        Assert.Equal(calm.Rgb[6..9], loud.Rgb[..3]);
        Assert.Equal(ColourMap.Ember.Rgb[^3..].ToArray(), loud.Rgb[6..9]);
        Assert.Equal(ColourMap.Ember.Rgb[..3].ToArray(), loud.Rgb[9..]);
    }

    [Fact]
    public void Render_FadeAndNaN_Transparent()
    {
        var picture = Pixels(Heatmap.Render([0f, 0.25f, 0.5f, float.NaN], 2, 2, ColourMap.Ember, fadeBelow: 0.5f));

        Assert.Equal([0, 128, 255, 0], picture.Alpha!);
    }

    private static PixelImage Pixels(byte[] png)
    {
        var path = Path.Combine(Path.GetTempPath(), $"adclip-heatmap-{Guid.NewGuid():N}.png");
        File.WriteAllBytes(path, png);
        try
        {
            return ImageDecoder.Decode(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
