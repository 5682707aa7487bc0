using AdClip.Testing;
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

    [Fact]
    public void PerImageLevels_GoldenMap_WithinOneLevelAndOverlayExact()
    {
        var folder = SharedFolder.Require("golden/anomaly-map");
        var map = GoldenFile.Tensor<float>(Path.Combine(folder, "colour", "outputs.safetensors"), "anomaly_map_sigma4");
        var wantedLevels = GoldenFile.Npy<byte>(Path.Combine(folder, "visual", "heat_u8.npy"));
        var resized = GoldenFile.Npy<byte>(Path.Combine(folder, "visual", "resized_rgb.npy"));
        var wantedOverlay = GoldenFile.Npy<byte>(Path.Combine(folder, "visual", "overlay_rgb.npy"));

        var levels = Heatmap.PerImageLevels(map);

        Assert.Equal(84 * 84, levels.Length);
        Assert.All(levels.Zip(wantedLevels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
        Assert.Equal(wantedOverlay, Heatmap.ReferenceOverlay(resized, wantedLevels, ColourMap.Jet));
    }

    [Fact]
    public void PerImageLevels_ConstantMap_AllZero()
    {
        Assert.Equal(new byte[4], Heatmap.PerImageLevels([0.3f, 0.3f, 0.3f, 0.3f]));
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
