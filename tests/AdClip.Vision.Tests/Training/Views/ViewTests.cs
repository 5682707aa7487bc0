using AdClip.Vision.Imaging;
using AdClip.Vision.Training.Views;

namespace AdClip.Vision.Tests.Training.Views;

public sealed class ViewTests
{
    // 3 x 2, numbered row by row.
    private static readonly byte[] Numbers = [0, 1, 2, 3, 4, 5];

    [Theory]
    [InlineData(false, 0, new byte[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(true, 0, new byte[] { 2, 1, 0, 5, 4, 3 })]
    [InlineData(false, 1, new byte[] { 3, 0, 4, 1, 5, 2 })]
    [InlineData(false, 2, new byte[] { 5, 4, 3, 2, 1, 0 })]
    [InlineData(false, 3, new byte[] { 2, 5, 1, 4, 0, 3 })]
    [InlineData(true, 1, new byte[] { 5, 2, 4, 1, 3, 0 })]
    public void Apply_MirroredOrTurned_PixelsAndMaskGoTogether(bool mirrored, int turns, byte[] expected)
    {
        var image = new PixelImage(3, 2, [.. Numbers.SelectMany(value => new[] { value, value, value })]);
        var view = new View(0, 0, 3, 2, mirrored, turns, 1);

        Assert.Equal(expected, view.Apply(image).Rgb.Where((_, i) => i % 3 == 0));
        Assert.Equal(expected.Select(value => value == 4), view.Apply([.. Numbers.Select(value => value == 4)], 3));
        Assert.Equal(turns % 2 == 0 ? (3, 2) : (2, 3), (view.Apply(image).Width, view.Apply(image).Height));
    }

    [Fact]
    public void Apply_PartAndBrightness_CutAndMultiplied()
    {
        var image = new PixelImage(3, 2, [.. Numbers.SelectMany(value => new byte[] { (byte)(value * 50), 0, 250 })]);

        var seen = new View(1, 1, 2, 1, false, 0, 1.2).Apply(image);

        Assert.Equal(new byte[] { 240, 0, 255, 255, 0, 255 }, seen.Rgb);
    }

    [Fact]
    public void Of_EverythingAllowed_SameForSameSeedAndDefectNeverCutAway()
    {
        var augmentation = new Augmentation(40, Crops: true, Mirrors: true, Turns: true, Brightness: true);
        var mask = new bool[60 * 40];
        mask[(3 * 60) + 2] = true;

        var views = augmentation.Of("aa", 60, 40, mask, true, 1);

        Assert.Equal(views, augmentation.Of("aa", 60, 40, mask, true, 1));
        Assert.NotEqual(views, augmentation.Of("ab", 60, 40, mask, true, 1));
        Assert.All(views, view => Assert.Contains(true, view.Apply(mask, 60)));
        Assert.Contains(views, view => view.Width < 60);
        Assert.Equal(4, views.Select(view => view.QuarterTurns).Distinct().Count());
        Assert.Equal(views.Count, views.Select(view => view.Key).Distinct().Count());
        // A defect that nobody drew may lie anywhere.
        Assert.All(augmentation.Of("aa", 60, 40, null, true, 1), view => Assert.Equal((60, 40), (view.Width, view.Height)));
    }
}
