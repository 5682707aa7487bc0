using AdClip.Vision.Detection;

namespace AdClip.Vision.Tests.Detection;

public sealed class KernelTests
{
    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(7, 33, 16)]
    [InlineData(20, 95, 128)]
    public void Distances_RandomPatches_AsTheObviousSearch(int queries, int references, int width)
    {
        var random = new Random(queries);
        var query = UnitVectors.Normalise(Values(random, queries * width), width);
        var first = UnitVectors.Normalise(Values(random, references * width), width);
        var second = UnitVectors.Normalise(Values(random, references * width), width);
        var bank = new MemoryBank(width);
        bank.Add("first", first);
        bank.Add("second", second);

        Golden.AssertClose(Slow([.. first, .. second]), bank.Distances(query, null), 1e-5, "all");
        Golden.AssertClose(Slow(first), bank.Distances(query, "second"), 1e-5, "without second");

        float[] Slow(float[] bankRows)
        {
            var nearest = new float[queries];
            for (var q = 0; q < queries; q++)
            {
                var best = double.NegativeInfinity;
                for (var r = 0; r < bankRows.Length / width; r++)
                {
                    var dot = 0.0;
                    for (var d = 0; d < width; d++)
                    {
                        dot += (double)query[(q * width) + d] * bankRows[(r * width) + d];
                    }
                    best = Math.Max(best, dot);
                }
                nearest[q] = (float)(1 - best);
            }
            return nearest;
        }
    }

    [Fact]
    public void Distances_QueriesInAnotherBlock_SameBits()
    {
        const int Width = 40;
        var random = new Random(3);
        var query = UnitVectors.Normalise(Values(random, 13 * Width), Width);
        var bank = new MemoryBank(Width);
        bank.Add("a", UnitVectors.Normalise(Values(random, 50 * Width), Width));

        var together = bank.Distances(query, null);

        for (var i = 0; i < together.Length; i++)
        {
            Assert.Equal(together[i], bank.Distances(query.AsSpan(i * Width, Width), null)[0]);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 9)]
    [InlineData(6, 3)]
    public void Bilinear_RandomGrid_AsTheFormula(int g, int side)
    {
        var grid = Values(new Random(g), g * g);
        var expected = new float[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (cy, cx) = (Math.Max(0, ((y + 0.5) * g / side) - 0.5), Math.Max(0, ((x + 0.5) * g / side) - 0.5));
                for (var row = 0; row < g; row++)
                {
                    for (var column = 0; column < g; column++)
                    {
                        expected[(y * side) + x] += (float)(Hat(row, cy, g) * Hat(column, cx, g) * grid[(row * g) + column]);
                    }
                }
            }
        }

        Golden.AssertClose(expected, new MapOperator(g, g, side, side, sigma: 0).Apply(grid), 1e-5, "map");

        // A triangle around each sample; beyond the last sample its value goes on.
        static double Hat(int sample, double at, int count) => Math.Max(0, 1 - Math.Abs(Math.Min(at, count - 1) - sample));
    }

    [Theory]
    [InlineData(12, 9, 1.5)]
    [InlineData(3, 4, 4)]
    [InlineData(5, 5, 0)]
    public void Smooth_RandomMap_AsTheTwoDimensionalSum(int width, int height, double sigma)
    {
        var map = Values(new Random(width), width * height);
        var radius = (int)((4 * sigma) + 0.5);
        var expected = new float[map.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sum, weights) = (0.0, 0.0);
                for (var dy = -radius; dy <= radius; dy++)
                {
                    for (var dx = -radius; dx <= radius; dx++)
                    {
                        var weight = sigma == 0 ? 1 : Math.Exp(-((dx * dx) + (dy * dy)) / (2 * sigma * sigma));
                        sum += weight * map[(Reflect(y + dy, height) * width) + Reflect(x + dx, width)];
                        weights += weight;
                    }
                }
                expected[(y * width) + x] = (float)(sum / weights);
            }
        }

        Golden.AssertClose(expected, new MapOperator(height, width, height, width, sigma).Apply(map), 1e-6, "map");

        static int Reflect(int index, int length)
        {
            while (index < 0 || index >= length)
            {
                index = index < 0 ? -1 - index : (2 * length) - 1 - index;
            }
            return index;
        }
    }

    [Fact]
    public void TopMean_OnePercent_RoundsAndKeepsAtLeastOne()
    {
        float[] values = [.. Enumerable.Range(0, 196).Select(value => (float)(value * 37 % 196))];

        Assert.Equal(194.5f, PatchPooling.TopMean(values, 0.01));
        Assert.Equal(3f, PatchPooling.TopMean([1, 3, 2], 0.01));
    }

    [Theory]
    [InlineData(14, 14, 224, 224, 4)]
    [InlineData(3, 5, 30, 41, 2.5)]
    public void Apply_ResizedAndSmoothed_AsOneAfterTheOther(int rows, int columns, int height, int width, double sigma)
    {
        var grid = Values(new Random(rows), rows * columns);

        var resized = new MapOperator(rows, columns, height, width, sigma: 0).Apply(grid);

        Golden.AssertClose(
            new MapOperator(height, width, height, width, sigma).Apply(resized), new MapOperator(rows, columns, height, width, sigma).Apply(grid), 1e-6, "map");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(128)]
    public void AbnormalProbability_RowsOfAnyLength_SoftmaxOfTheCosines(int width)
    {
        var random = new Random(width);
        var texts = new TextPair(UnitVectors.Normalise(Values(random, width), width), UnitVectors.Normalise(Values(random, width), width));
        float[] rows = [.. Values(random, 9 * width).Select((value, i) => value * (1 + (i / width))), .. new float[width]];

        var actual = texts.AbnormalProbability(rows, 0.07f);

        for (var i = 0; i < 9; i++)
        {
            double Cosine(float[] text) => Enumerable.Range(0, width).Sum(d => (double)rows[(i * width) + d] * text[d])
                / Math.Sqrt(Enumerable.Range(0, width).Sum(d => (double)rows[(i * width) + d] * rows[(i * width) + d]));
            var (normal, abnormal) = (Math.Exp(Cosine(texts.Normal) / 0.07), Math.Exp(Cosine(texts.Abnormal) / 0.07));
            Assert.Equal(abnormal / (normal + abnormal), actual[i], 2e-6);
        }
        Assert.Equal(0.5f, actual[9]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(0.01)]
    public void TopMean_RandomValues_AsBySorting(double fraction)
    {
        float[] values = [.. Values(new Random(11), 500).Select(value => MathF.Round(value, 2))];
        var count = (int)Math.Round(fraction * values.Length);

        Assert.Equal((float)values.Order().TakeLast(count).Average(value => (double)value), PatchPooling.TopMean(values, fraction), 1e-7);
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
}
