using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Tests.GroundTruth;

public sealed class MaskTests
{
    [Fact]
    public void RowMajor_ThereAndBack_SamePixels()
    {
        var random = new Random(7);
        var pixels = new byte[700 * 300];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(random.Next(10) == 0 ? 1 : 0);
        }

        var mask = Mask.FromRowMajor(700, 300, pixels);
        var back = new byte[pixels.Length];
        mask.ToRowMajor(back);

        Assert.Equal(pixels, back);
        Assert.Equal(pixels.Sum(pixel => pixel), mask.Count());
    }

    [Fact]
    public void FillRow_AnySpan_SetsExactlyThosePixels()
    {
        foreach (var (from, to) in new[] { (0, 1), (63, 65), (0, 64), (250, 260), (5, 5), (-3, 2), (290, 999) })
        {
            var mask = new Mask(300, 2);
            mask.FillRow(1, from, to);
            for (var x = 0; x < 300; x++)
            {
                Assert.Equal(x >= from && x < to, mask[x, 1]);
                Assert.False(mask[x, 0]);
            }
        }
    }

    [Fact]
    public void Bounds_PixelsInSeveralTiles_AreTight()
    {
        var mask = new Mask(1000, 800);
        Assert.Null(mask.Bounds());
        mask[3, 700] = true;
        mask[999, 255] = true;
        Assert.Equal(new PixelBounds(3, 255, 997, 446), mask.Bounds());
    }

    [Fact]
    public void Equals_ErasedTile_EqualsOneNeverTouched()
    {
        var erased = new Mask(600, 600);
        erased[300, 300] = true;
        Assert.NotEqual(new Mask(600, 600), erased);
        erased[300, 300] = false;
        Assert.Equal(new Mask(600, 600), erased);
        Assert.Equal(new Mask(600, 600).GetHashCode(), erased.GetHashCode());
        Assert.True(erased.IsEmpty());
    }

    [Fact]
    public void Indexer_OutsideTheImage_Throws()
    {
        var mask = new Mask(4, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[4, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[0, -1] = true);
    }
}
