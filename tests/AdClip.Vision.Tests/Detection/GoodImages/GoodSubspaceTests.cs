using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Subspace;

namespace AdClip.Vision.Tests.Detection.GoodImages;

public sealed class GoodSubspaceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(131)]
    public void Solve_RandomSymmetricMatrix_VectorsAreOrthonormalAndGiveItBack(int width)
    {
        var random = new Random(width);
        var matrix = new double[width * width];
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                (matrix[(i * width) + j], matrix[(j * width) + i]) = (random.NextDouble() - 0.5, 0);
                matrix[(j * width) + i] = matrix[(i * width) + j];
            }
        }

        var (values, vectors) = SymmetricEigen.Solve([.. matrix], width);

        Assert.Equal(values.OrderDescending(), values);
        for (var i = 0; i < width; i++)
        {
            Assert.True(Row(i).MaxBy(Math.Abs) > 0);
            for (var j = 0; j < width; j++)
            {
                Assert.Equal(i == j ? 1 : 0, Row(i).Zip(Row(j), (a, b) => a * b).Sum(), 1e-11);
                Assert.Equal(matrix[(i * width) + j], Enumerable.Range(0, width).Sum(k => values[k] * Row(k)[i] * Row(k)[j]), 1e-11);
            }
        }

        double[] Row(int i) => vectors[(i * width)..((i + 1) * width)];
    }

    [Fact]
    public void Solve_MatrixOfOneDirection_OneValueAndZeros()
    {
        double[] direction = [0.6, 0, -0.8];

        var (values, vectors) = SymmetricEigen.Solve([.. direction.SelectMany(a => direction.Select(b => 5 * a * b))], 3);

        Assert.Equal([5, 0, 0], values, (a, b) => Math.Abs(a - b) < 1e-12);
        // The coordinate that is largest in size is positive.
        Assert.Equal([-0.6, 0, 0.8], vectors[..3], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Solve_NotFinite_IsRefused() => Assert.Throws<ArithmeticException>(() => SymmetricEigen.Solve([1, double.NaN, double.NaN, 1], 2));

    [Theory]
    [InlineData(5, 3)]
    [InlineData(300, 50)]
    [InlineData(129, 97)]
    public void Covariance_RowsInParts_AsThePlainSum(int count, int width)
    {
        var rows = Rows(count, width, 4);
        var moments = new PatchMoments(width);
        moments.Add(Half(rows.AsSpan(0, 2 * width)));
        moments.Add(Half(rows.AsSpan(2 * width)));

        var covariance = moments.Covariance();

        Assert.Equal(count, moments.Count);
        double[] mean = [.. Enumerable.Range(0, width).Select(i => Enumerable.Range(0, count).Average(row => (double)rows[(row * width) + i]))];
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j < width; j++)
            {
                var expected = Enumerable.Range(0, count).Average(row => (rows[(row * width) + i] - mean[i]) * (rows[(row * width) + j] - mean[j]));
                Assert.Equal(expected, covariance[(i * width) + j], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(40, 20, 256, 20)]
    [InlineData(12, 20, 256, 11)]
    [InlineData(200, 50, 33, 33)]
    public void Apply_GoodRows_AsProductsWithTheComponents(int count, int width, int most, int expected)
    {
        var rows = Rows(count, width, 5);
        var moments = new PatchMoments(width);
        moments.Add(Half(rows));

        var subspace = GoodSubspace.Of(moments, most);
        var places = subspace.Apply(rows);

        Assert.Equal(expected, subspace.Count);
        Assert.InRange(subspace.Explained, expected == Math.Min(width, count - 1) ? 1 - 1e-9 : 0.5, 1 + 1e-9);
        for (var row = 0; row < count; row++)
        {
            for (var k = 0; k < expected; k++)
            {
                var product = Enumerable.Range(0, width)
                    .Sum(i => ((double)rows[(row * width) + i] - subspace.Mean[i]) * subspace.Components[(k * width) + i]);
                Assert.Equal(product, places[(row * expected) + k], 1e-5);
            }
            // Whatever stands beside it.
            Assert.Equal(places[(row * expected)..((row + 1) * expected)], subspace.Apply(rows.AsSpan(row * width, width)));
        }
    }

    [Fact]
    public void Of_StrongDirections_ComeFirst()
    {
        const int Width = 6;
        var random = new Random(6);
        var moments = new PatchMoments(Width);
        for (var i = 0; i < 500; i++)
        {
            moments.Add([.. Enumerable.Range(0, Width).Select(d => (Half)((random.NextDouble() - 0.5) * (d == 4 ? 8 : d == 1 ? 4 : 1)))]);
        }

        var subspace = GoodSubspace.Of(moments, 2);

        Assert.True(subspace.Components[4] > 0.99);
        Assert.True(subspace.Components[Width + 1] > 0.99);
        Assert.InRange(subspace.Explained, 0.9, 0.99);
    }

    internal static float[] Rows(int count, int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * width).Select(_ => (float)(Half)(random.NextDouble() - 0.3))];
    }

    private static Half[] Half(ReadOnlySpan<float> rows) => [.. rows.ToArray().Select(value => (Half)value)];
}
