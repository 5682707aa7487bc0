using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Tests.Generation;

public class NoiseTileTests
{
    [Fact]
    public void Add_TurnedAndStretched_EqualsTheTilePixelByPixel()
    {
        const int Side = 48;
        var tile = NoiseTiles.Smooth(new Rng(1));
        var map = new Affine(1.3f, -0.4f, -20, 0.2f, 3.1f, 490);
        var plane = new float[Side * Side];

        tile.Add(plane, Side, new Box(3, 5, 46, 40), map, 0.5f);

        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var inside = x is >= 3 and < 46 && y is >= 5 and < 40;
                var (u, v) = map.Apply(x, y);
                Assert.Equal(inside ? 0.5f * tile.At(u, v) : 0, plane[(y * Side) + x], 0.002f);
            }
        }
    }

    [Fact]
    public void At_AcrossTheSeam_Continues()
    {
        var tile = NoiseTiles.Smooth(new Rng(2));

        Assert.Equal(tile.At(0.25f, 7), tile.At(NoiseTile.Size + 0.25f, 7), 1e-5f);
        Assert.Equal(tile.At(3, -1), tile.At(3, NoiseTile.Size - 1), 1e-5f);
        Assert.InRange(MathF.Abs(tile.At(NoiseTile.Size - 0.01f, 7) - tile.At(0, 7)), 0, 0.05f);
    }

    [Fact]
    public void CellBorders_OfACell_AreDarkBetweenCellsOnly()
    {
        var (near, edge, _) = NoiseTiles.Crystals(new Rng(1));
        var texels = near.Texels.ToArray().Zip(edge.Texels.ToArray()).ToArray();

        // At a cell's own point the next point is far off.
        Assert.All(texels.Where(texel => texel.First < 0.05f), texel => Assert.True(texel.Second > 0));
        Assert.Contains(texels, texel => texel.Second < 0.02f);
    }
}
