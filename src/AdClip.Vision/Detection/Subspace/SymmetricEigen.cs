using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix.</summary>
/// <remarks>
/// Householder's reduction to three diagonals, then QL with implicit shifts, in float64; eigenvectors are rows while they are
/// made, so every inner loop runs along memory. About 10 D³ operations. The same matrix gives the same bits on the same processor.
/// Source: EISPACK's tred2 and tql2 (Martin, Reinsch and Wilkinson; Bowdler, Martin, Reinsch and Wilkinson, 1968).
/// </remarks>
internal static class SymmetricEigen
{
    private const double Rounding = 2.220446049250313e-16;

    // Below it squares vanish.
    private const double Nothing = 1e-140;

    /// <param name="matrix">[D, D], finite; only its upper triangle need be exact.</param>
    /// <param name="size">D, at least 1.</param>
    /// <returns>Values [D] descending, and vectors [D, D] of length one as rows in the same order.</returns>
    public static (double[] Values, double[] Vectors) Decompose(ReadOnlySpan<double> matrix, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, size * size);
        var (diagonal, beside, vectors) = Tridiagonal(matrix.ToArray(), size);
        Diagonalise(diagonal, beside, vectors);
        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => diagonal[i])];
        var sorted = new double[vectors.Length];
        for (var i = 0; i < size; i++)
        {
            vectors.AsSpan(order[i] * size, size).CopyTo(sorted.AsSpan(i * size));
        }
        return ([.. order.Select(i => diagonal[i])], sorted);
    }

    // A = Q T Qᵀ: T's diagonal, the one beside it (its last number is 0), and Qᵀ. A is used up.
    private static (double[] Diagonal, double[] Beside, double[] Rows) Tridiagonal(double[] a, int size)
    {
        var (diagonal, beside, scales, step) = (new double[size], new double[size], new double[size], new double[size]);
        for (var k = 0; k < size; k++)
        {
            diagonal[k] = a[(k * size) + k];
            var v = a.AsSpan((k * size) + k + 1, size - k - 1);
            if (v.Length == 0)
            {
                continue;
            }
            if (v.Length == 1 || TensorPrimitives.Norm<double>(v[1..]) < Nothing)
            {
                beside[k] = v[0];
                continue;
            }
            var length = TensorPrimitives.Norm<double>(v);
            beside[k] = v[0] > 0 ? -length : length;
            v[0] -= beside[k];
            var scale = scales[k] = 2 / TensorPrimitives.SumOfSquares<double>(v);
            var w = step.AsSpan(0, v.Length);
            for (var i = 0; i < v.Length; i++)
            {
                w[i] = scale * TensorPrimitives.Dot<double>(a.AsSpan(((k + 1 + i) * size) + k + 1, v.Length), v);
            }
            TensorPrimitives.MultiplyAdd(v, -scale / 2 * TensorPrimitives.Dot<double>(w, v), w, w);
            for (var i = 0; i < v.Length; i++)
            {
                var row = a.AsSpan(((k + 1 + i) * size) + k + 1, v.Length);
                TensorPrimitives.MultiplyAdd(w, -v[i], row, row);
                TensorPrimitives.MultiplyAdd(v, -w[i], row, row);
            }
        }
        var rows = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            rows[(i * size) + i] = 1;
        }
        for (var k = size - 3; k >= 0; k--)
        {
            var v = a.AsSpan((k * size) + k + 1, size - k - 1);
            for (var r = k + 1; r < size && scales[k] != 0; r++)
            {
                var row = rows.AsSpan((r * size) + k + 1, v.Length);
                TensorPrimitives.MultiplyAdd(v, -scales[k] * TensorPrimitives.Dot<double>(row, v), row, row);
            }
        }
        return (diagonal, beside, rows);
    }

    // d becomes the eigenvalues, and the rows that T's vectors are turned by become the eigenvectors.
    private static void Diagonalise(double[] d, double[] e, double[] rows)
    {
        var size = d.Length;
        var (shift, most) = (0.0, 0.0);
        for (var l = 0; l < size; l++)
        {
            most = Math.Max(most, Math.Abs(d[l]) + Math.Abs(e[l]));
            var m = l;
            while (Math.Abs(e[m]) > Rounding * most)
            {
                m++; // ends at the latest where e is 0
            }
            while (m > l && Math.Abs(e[l]) > Rounding * most)
            {
                var p = (d[l + 1] - d[l]) / (2 * e[l]);
                var r = p < 0 ? -double.Hypot(p, 1) : double.Hypot(p, 1);
                var before = d[l];
                d[l] = e[l] / (p + r);
                d[l + 1] = e[l] * (p + r);
                var (next, h) = (d[l + 1], before - d[l]);
                for (var i = l + 2; i < size; i++)
                {
                    d[i] -= h;
                }
                shift += h;

                p = d[m];
                var (c, c2, c3, s, s2, second) = (1.0, 1.0, 1.0, 0.0, 0.0, e[l + 1]);
                for (var i = m - 1; i >= l; i--)
                {
                    (c3, c2, s2) = (c2, c, s);
                    var g = c * e[i];
                    h = c * p;
                    r = double.Hypot(p, e[i]);
                    e[i + 1] = s * r;
                    (s, c) = (e[i] / r, p / r);
                    p = (c * d[i]) - (s * g);
                    d[i + 1] = h + (s * ((c * g) + (s * d[i])));
                    Rotate(rows.AsSpan(i * size, size), rows.AsSpan((i + 1) * size, size), c, s);
                }
                p = -s * s2 * c3 * second * e[l] / next;
                e[l] = s * p;
                d[l] = c * p;
            }
            d[l] += shift;
            e[l] = 0;
        }
    }

    private static void Rotate(Span<double> upper, Span<double> lower, double c, double s)
    {
        ref var u = ref MemoryMarshal.GetReference(upper);
        ref var w = ref MemoryMarshal.GetReference(lower);
        var (cosine, sine) = (new Vector<double>(c), new Vector<double>(s));
        var i = 0;
        for (; i <= upper.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var a = Vector.LoadUnsafe(ref u, (nuint)i);
            var b = Vector.LoadUnsafe(ref w, (nuint)i);
            ((sine * a) + (cosine * b)).StoreUnsafe(ref w, (nuint)i);
            ((cosine * a) - (sine * b)).StoreUnsafe(ref u, (nuint)i);
        }
        for (; i < upper.Length; i++)
        {
            (upper[i], lower[i]) = ((c * upper[i]) - (s * lower[i]), (s * upper[i]) + (c * lower[i]));
        }
    }
}
