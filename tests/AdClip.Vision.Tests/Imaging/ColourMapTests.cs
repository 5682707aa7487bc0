using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class ColourMapTests
{
    [Fact]
    public void Jet_GoldenTable_Equal()
    {
        var wanted = GoldenFile.Npy<byte>(SharedFolder.Require("golden/anomaly-map/visual/jet_rgb_256x3.npy"));

        Assert.Equal(wanted, ColourMap.Jet.Rgb.ToArray());
    }

    [Fact]
    public void Ember_EveryStep_Lighter()
    {
        var luminance = ColourMap.Ember.Rgb.ToArray().Chunk(3)
            .Select(c => 0.2126 * Math.Pow(c[0] / 255.0, 2.2) + 0.7152 * Math.Pow(c[1] / 255.0, 2.2) + 0.0722 * Math.Pow(c[2] / 255.0, 2.2))
            .ToArray();

        Assert.Equal(256, luminance.Length);
        for (var i = 8; i < luminance.Length; i++)
        {
            Assert.True(luminance[i] > luminance[i - 8], $"step {i}");
        }
    }
}
