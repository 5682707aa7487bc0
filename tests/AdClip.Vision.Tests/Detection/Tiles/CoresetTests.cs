using System.Numerics.Tensors;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Vision.Tests.Detection.Tiles;

public sealed class CoresetTests
{
    [Fact]
    public void Rows_NoMoreThanWanted_AllUnchanged()
    {
        var rows = UnitRows(50, 96, seed: 1);
        var core = new Coreset(96, keep: 50);
        core.Add(rows.SelectMany(row => row).ToArray());

        Assert.Equal(rows.SelectMany(row => row), core.Rows());
    }

    [Fact]
    public void Centres_SmallSet_WithinTwiceTheBestRadius()
    {
        var rows = UnitRows(14, 8, seed: 5);

        var greedy = Radius(rows, [.. Coreset.Centres(rows, 3).Select(centre => rows[centre])]);

        var triples = Enumerable.Range(0, 14).SelectMany(a => Enumerable.Range(0, a).SelectMany(b => Enumerable.Range(0, b).Select(c => (a, b, c))));
        var best = triples.Min(triple => Radius(rows, [rows[triple.a], rows[triple.b], rows[triple.c]]));
        Assert.InRange(greedy, best, 2 * best);
    }

    [Fact]
    public void Centres_EveryStep_TakesTheFarthestRow()
    {
        var rows = UnitRows(200, 16, seed: 9);

        var centres = Coreset.Centres(rows, 20);

        for (var i = 1; i < centres.Length; i++)
        {
            float[][] sofar = [.. centres.Take(i).Select(centre => rows[centre])];
            Assert.Equal(Radius(rows, sofar), Nearest(rows[centres[i]], sofar), 1e-5f);
        }
        Assert.Equal(centres.Length, centres.Distinct().Count());
    }

    [Fact]
    public void Rows_FarMoreThanWanted_CoverEveryClusterOfTheStream()
    {
        // 40 tight clusters, the rarest with a single member in the middle of 12,000 rows.
        var centres = UnitRows(40, 128, seed: 2);
        var random = new Random(3);
        var core = new Coreset(128, keep: 100);
        for (var i = 0; i < 12_000; i++)
        {
            var cluster = i == 6_001 ? 39 : random.Next(39);
            core.Add(Near(centres[cluster], random));
        }

        var kept = core.Rows().Chunk(128).ToArray();

        Assert.Equal(100, kept.Length);
        Assert.InRange(Radius(centres, kept), 0, 0.25f);
    }

    [Fact]
    public void Rows_SameStreamInOtherPieces_SameRows()
    {
        var stream = UnitRows(900, 80, seed: 4).SelectMany(row => row).ToArray();
        var (whole, pieces) = (new Coreset(80, 30), new Coreset(80, 30));
        whole.Add(stream);
        foreach (var piece in stream.Chunk(80 * 7))
        {
            pieces.Add(piece);
        }

        Assert.Equal(whole.Rows(), pieces.Rows());
    }

    private static float[] Near(float[] centre, Random random)
    {
        float[] row = [.. centre.Select(value => value + (0.01f * (random.NextSingle() - 0.5f)))];
        TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
        return row;
    }

    private static float Radius(IReadOnlyList<float[]> rows, IReadOnlyList<float[]> centres) => rows.Max(row => Nearest(row, centres));

    private static float Nearest(float[] row, IReadOnlyList<float[]> centres) => centres.Min(centre => TensorPrimitives.Distance<float>(row, centre));

    private static float[][] UnitRows(int count, int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] row = [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() - 0.5f)];
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
            return row;
        })];
    }
}
