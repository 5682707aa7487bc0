using System.Numerics.Tensors;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Subspace;

namespace AdClip.Vision.Tests.Detection.Subspace;

public sealed class PrincipalComponentsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(17, 17)]
    [InlineData(64, 20)]
    [InlineData(130, 130)]
    [InlineData(40, 0)]
    public void Solve_SymmetricMatrix_ItsVectorsAndValues(int size, int rank)
    {
        // A sum of squares of that many random vectors: the rest of the eigenvalues is zero.
        var random = new Random(size);
        var matrix = new double[size * size];
        for (var r = 0; r < rank; r++)
        {
            double[] v = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)];
            for (var i = 0; i < size; i++)
            {
                TensorPrimitives.MultiplyAdd(v, v[i], matrix.AsSpan(i * size, size), matrix.AsSpan(i * size, size));
            }
        }

        var (values, vectors) = SymmetricEigen.Solve([.. matrix], size);

        Check(matrix, values, vectors, size);
        Assert.All(values.Skip(rank), value => Assert.InRange(value, -1e-12, 1e-12));
        Assert.Equal(Enumerable.Range(0, size).Sum(i => matrix[(i * size) + i]), values.Sum(), 1e-9);
    }

    [Fact]
    public void Solve_EqualAndNegativeValues_DescendingAndOrthogonal()
    {
        double[] matrix = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, -3, 1, 0, 0, 1, -3];

        var (values, vectors) = SymmetricEigen.Solve([.. matrix], 4);

        Check(matrix, values, vectors, 4);
        Assert.Equal([2, 2, -2, -4], values.Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Residuals_PointsOfAPlane_OnlyWhatLeavesIt()
    {
        // The first axis varies much, the second a little, the third not at all.
        float[] good = [-10, 1, 3, 10, 1, 3, 0, 0.5f, 3, 0, 1.5f, 3];
        var components = PrincipalComponents.Of([good.AsMemory(0, 6), good.AsMemory(6)], 3);

        Assert.Equal((1, 1, 2), (components.CountFor(0.9), components.CountFor(0.99), components.CountFor(0.999)));
        Assert.Equal([4f, 0, 1.25f], new PatchSubspace(components, 0.99).Residuals([7, 1, 5, 40, 1, 3, 0, 1.5f, 4]), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal([4f, 0, 1f], new PatchSubspace(components, 0.999).Residuals([7, 1, 5, 40, 1, 3, 0, 1.5f, 4]), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Residuals_GoodPatchesAllAlike_DistanceFromThem()
    {
        float[] good = [1, 2, 1, 2, 1, 2];
        var subspace = new PatchSubspace(PrincipalComponents.Of([good], 2));

        Assert.Equal(0, subspace.Count);
        Assert.Equal([25f], subspace.Residuals([4, 6]));
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(127, 16)]
    [InlineData(300, 37)]
    public void Of_RandomRows_CovarianceOfTheFormula(int count, int width)
    {
        var random = new Random(count);
        float[] rows = [.. Enumerable.Range(0, count * width).Select(i => (float)(random.NextDouble() * (1 + (i % width)) + 5))];

        var components = PrincipalComponents.Of([rows], width);

        // The variances times their directions give the covariance back.
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j < width; j++)
            {
                var (a, b) = (Mean(i), Mean(j));
                var expected = Enumerable.Range(0, count).Sum(n => (rows[(n * width) + i] - a) * (rows[(n * width) + j] - b)) / (count - 1);
                var actual = Enumerable.Range(0, width).Sum(
                    k => components.Variances[k] * components.Directions[(k * width) + i] * components.Directions[(k * width) + j]);
                Assert.Equal(expected, actual, 1e-9);
            }
            Assert.Equal(Mean(i), components.Mean[i], 1e-12);
        }

        double Mean(int d) => Enumerable.Range(0, count).Average(n => (double)rows[(n * width) + d]);
    }

    [Fact]
    public void Of_SplitIntoImages_SameBits()
    {
        var random = new Random(3);
        float[] rows = [.. Enumerable.Range(0, 300 * 8).Select(_ => (float)random.NextDouble())];

        var whole = PrincipalComponents.Of([rows], 8);
        var parts = PrincipalComponents.Of([rows.AsMemory(0, 8 * 77), rows.AsMemory(8 * 77)], 8);

        Assert.Equal(whole.Variances, parts.Variances);
        Assert.Equal(whole.Directions, parts.Directions);
    }

    [Theory]
    [InlineData(36, 1)]
    [InlineData(199, 1)]
    [InlineData(200, 2)]
    [InlineData(7056, 70)]
    public void TopPercent_Counts_RoundedDown(int count, int taken)
    {
        var random = new Random(count);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];

        Assert.Equal(values.OrderDescending().Take(taken).Average(value => (double)value), PatchPooling.TopPercent(values), 1e-6);
    }

    [Fact]
    public void Apply_OnePatchOfTwo_EnlargedAndBlurred()
    {
        var map = new SubspaceMap(1, 2, 1, 4).Apply([0, 4]);

        // 0 1 3 4 before the blur, whose weights are .3298 .3403 .3298; one row stays itself.
        var (side, middle) = (0.329843, 0.340314);
        Assert.Equal(
            [(float)(2 * side), (float)(middle + (3 * side)), (float)((3 * middle) + (5 * side)), (float)((4 * middle) + (6 * side))], map,
            (a, b) => Math.Abs(a - b) < 1e-4);
    }

    private static void Check(double[] matrix, double[] values, double[] vectors, int size)
    {
        Assert.Equal(values.OrderDescending(), values);
        for (var i = 0; i < size; i++)
        {
            var one = vectors.AsSpan(i * size, size);
            for (var j = 0; j <= i; j++)
            {
                Assert.Equal(i == j ? 1 : 0, TensorPrimitives.Dot<double>(one, vectors.AsSpan(j * size, size)), 1e-12);
            }
            for (var row = 0; row < size; row++)
            {
                Assert.Equal(values[i] * one[row], TensorPrimitives.Dot<double>(matrix.AsSpan(row * size, size), one), 1e-10);
            }
        }
    }
}
