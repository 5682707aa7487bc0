using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>Eigenvalues and eigenvectors of a real symmetric matrix, the same bits on every processor.</summary>
/// <remarks>
/// Householder's reduction to three diagonals, then QL steps with implicit shifts. Source: Bowdler, Martin, Reinsch and Wilkinson, Handbook for
/// Automatic Computation II, 1971 (tred2, tql2), in the form of the public-domain JAMA. Deterministic: one thread, sums of a fixed width and
/// order on every processor, and of every eigenvector the first of its coordinates largest in size is positive. About 9 D^3 operations.
/// </remarks>
internal static class SymmetricEigen
{
    private const int MostSteps = 60;

    /// <param name="matrix">[D, D], symmetric; it is overwritten.</param>
    /// <param name="width">D.</param>
    /// <returns>Eigenvalues [D], falling, and their unit vectors as rows [D, D].</returns>
    /// <exception cref="ArithmeticException">A value of the matrix is not finite.</exception>
    public static (double[] Values, double[] Vectors) Solve(double[] matrix, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, width * width);
        var (diagonal, beside) = (new double[width], new double[width]);
        Reduce(matrix, width, diagonal, beside);
        Iterate(matrix, width, diagonal, beside);
        int[] order = [.. Enumerable.Range(0, width).OrderByDescending(i => diagonal[i])];
        var vectors = new double[width * width];
        foreach (var (to, from) in order.Index())
        {
            var row = vectors.AsSpan(to * width, width);
            matrix.AsSpan(from * width, width).CopyTo(row);
            TurnPositive(row);
        }
        return ([.. order.Select(i => diagonal[i])], vectors);
    }

    /// <summary>Sum of products in a fixed order.</summary>
    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sums = Vector512<double>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            sums = Vector512.FusedMultiplyAdd(Vector512.Create(a[i..]), Vector512.Create(b[i..]), sums);
        }
        var half = sums.GetLower() + sums.GetUpper();
        var quarter = half.GetLower() + half.GetUpper();
        var sum = quarter[0] + quarter[1];
        for (; i < a.Length; i++)
        {
            sum = Math.FusedMultiplyAdd(a[i], b[i], sum);
        }
        return sum;
    }

    // target += factor · row
    private static void AddScaled(Span<double> target, double factor, ReadOnlySpan<double> row)
    {
        var factors = Vector512.Create(factor);
        ref var to = ref MemoryMarshal.GetReference(target);
        ref var from = ref MemoryMarshal.GetReference(row);
        var i = 0;
        for (; i <= target.Length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            Vector512.FusedMultiplyAdd(factors, Vector512.LoadUnsafe(ref from, (nuint)i), Vector512.LoadUnsafe(ref to, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < target.Length; i++)
        {
            target[i] = Math.FusedMultiplyAdd(factor, row[i], target[i]);
        }
    }

    private static void TurnPositive(Span<double> row)
    {
        var largest = 0;
        for (var i = 1; i < row.Length; i++)
        {
            largest = Math.Abs(row[i]) > Math.Abs(row[largest]) ? i : largest;
        }
        if (row[largest] < 0)
        {
            foreach (ref var value in row)
            {
                value = -value;
            }
        }
    }

    // Rows of w are the columns of the textbooks' matrix: every inner loop goes along a row.
    private static void Reduce(double[] w, int n, double[] d, double[] e)
    {
        for (var j = 0; j < n; j++)
        {
            d[j] = w[(j * n) + n - 1];
        }
        for (var i = n - 1; i > 0; i--)
        {
            var scale = 0.0;
            for (var k = 0; k < i; k++)
            {
                scale += Math.Abs(d[k]);
            }
            var h = 0.0;
            if (scale == 0)
            {
                e[i] = d[i - 1];
                for (var j = 0; j < i; j++)
                {
                    d[j] = w[(j * n) + i - 1];
                    (w[(j * n) + i], w[(i * n) + j]) = (0, 0);
                }
            }
            else
            {
                for (var k = 0; k < i; k++)
                {
                    d[k] /= scale;
                    h += d[k] * d[k];
                }
                var f = d[i - 1];
                var g = f > 0 ? -Math.Sqrt(h) : Math.Sqrt(h);
                e[i] = scale * g;
                h -= f * g;
                d[i - 1] = f - g;
                Array.Clear(e, 0, i);
                for (var j = 0; j < i; j++)
                {
                    w[(i * n) + j] = d[j];
                    var below = w.AsSpan((j * n) + j + 1, i - j - 1);
                    e[j] += (w[(j * n) + j] * d[j]) + Dot(below, d.AsSpan(j + 1, below.Length));
                    AddScaled(e.AsSpan(j + 1, below.Length), d[j], below);
                }
                f = 0;
                for (var j = 0; j < i; j++)
                {
                    e[j] /= h;
                    f += e[j] * d[j];
                }
                AddScaled(e.AsSpan(0, i), -f / (h + h), d.AsSpan(0, i));
                for (var j = 0; j < i; j++)
                {
                    var row = w.AsSpan((j * n) + j, i - j);
                    AddScaled(row, -d[j], e.AsSpan(j, row.Length));
                    AddScaled(row, -e[j], d.AsSpan(j, row.Length));
                }
                for (var j = 0; j < i; j++)
                {
                    d[j] = w[(j * n) + i - 1];
                    w[(j * n) + i] = 0;
                }
            }
            d[i] = h;
        }
        for (var i = 0; i < n - 1; i++)
        {
            w[(i * n) + n - 1] = w[(i * n) + i];
            w[(i * n) + i] = 1;
            var reflection = w.AsSpan((i + 1) * n, i + 1);
            if (d[i + 1] != 0)
            {
                for (var k = 0; k <= i; k++)
                {
                    d[k] = reflection[k] / d[i + 1];
                }
                for (var j = 0; j <= i; j++)
                {
                    var row = w.AsSpan(j * n, i + 1);
                    AddScaled(row, -Dot(reflection, row), d.AsSpan(0, i + 1));
                }
            }
            reflection.Clear();
        }
        for (var j = 0; j < n; j++)
        {
            d[j] = w[(j * n) + n - 1];
            w[(j * n) + n - 1] = 0;
        }
        w[(n * n) - 1] = 1;
        e[0] = 0;
    }

    private static void Iterate(double[] w, int n, double[] d, double[] e)
    {
        const double epsilon = 1.0 / (1L << 52);
        e.AsSpan(1).CopyTo(e);
        e[n - 1] = 0;
        var (shift, largest) = (0.0, 0.0);
        for (var l = 0; l < n; l++)
        {
            largest = Math.Max(largest, Math.Abs(d[l]) + Math.Abs(e[l]));
            if (!double.IsFinite(largest))
            {
                throw new ArithmeticException("The matrix has values that are not finite.");
            }
            var m = l;
            while (m < n - 1 && Math.Abs(e[m]) > epsilon * largest)
            {
                m++;
            }
            for (var steps = 0; m > l; steps++)
            {
                if (steps == MostSteps)
                {
                    throw new ArithmeticException("The eigenvalues are not found; the matrix has values that are far too large.");
                }
                var g = d[l];
                var p = (d[l + 1] - g) / (2 * e[l]);
                var r = p < 0 ? -Math.Sqrt((p * p) + 1) : Math.Sqrt((p * p) + 1);
                d[l] = e[l] / (p + r);
                d[l + 1] = e[l] * (p + r);
                var next = d[l + 1];
                var h = g - d[l];
                for (var i = l + 2; i < n; i++)
                {
                    d[i] -= h;
                }
                shift += h;
                p = d[m];
                var (c, c2, c3, s, s2, first) = (1.0, 1.0, 1.0, 0.0, 0.0, e[l + 1]);
                for (var i = m - 1; i >= l; i--)
                {
                    (c3, c2, s2) = (c2, c, s);
                    g = c * e[i];
                    h = c * p;
                    r = Math.Sqrt((p * p) + (e[i] * e[i]));
                    e[i + 1] = s * r;
                    s = e[i] / r;
                    c = p / r;
                    p = (c * d[i]) - (s * g);
                    d[i + 1] = h + (s * ((c * g) + (s * d[i])));
                    Rotate(w.AsSpan(i * n, n), w.AsSpan((i + 1) * n, n), c, s);
                }
                p = -s * s2 * c3 * first * e[l] / next;
                e[l] = s * p;
                d[l] = c * p;
                if (Math.Abs(e[l]) <= epsilon * largest)
                {
                    break;
                }
            }
            d[l] += shift;
            e[l] = 0;
        }
    }

    // Two rows by a plane rotation: low becomes c · low - s · high, high becomes s · low + c · high.
    private static void Rotate(Span<double> low, Span<double> high, double c, double s)
    {
        var (cosines, sines) = (Vector512.Create(c), Vector512.Create(s));
        ref var a = ref MemoryMarshal.GetReference(low);
        ref var b = ref MemoryMarshal.GetReference(high);
        var i = 0;
        for (; i <= low.Length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            var (x, y) = (Vector512.LoadUnsafe(ref a, (nuint)i), Vector512.LoadUnsafe(ref b, (nuint)i));
            ((cosines * x) - (sines * y)).StoreUnsafe(ref a, (nuint)i);
            ((sines * x) + (cosines * y)).StoreUnsafe(ref b, (nuint)i);
        }
        for (; i < low.Length; i++)
        {
            (low[i], high[i]) = ((c * low[i]) - (s * high[i]), (s * low[i]) + (c * high[i]));
        }
    }
}
