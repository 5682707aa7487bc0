using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>Number, sums and products of rows that come one picture after the other; none of them is kept.</summary>
/// <remarks>
/// In double, on one thread, in the order in which rows come: the same bits on every processor. Sums over chunks of a fixed size, which
/// stay in registers, are added up.
/// </remarks>
internal sealed class PatchMoments
{
    private const int Chunk = 128;
    private const int Lanes = 8;
    private const int PanelWidth = 2 * Lanes;
    private const int Rows = 6;

    private readonly int _width;
    private readonly int _padded;
    private readonly double[] _products;
    private readonly double[] _chunk;
    private readonly float[] _row;
    private int _filled;

    /// <param name="width">Width D of a row.</param>
    public PatchMoments(int width)
    {
        _width = width;
        _row = new float[width];
        _padded = (width + 47) / 48 * 48; // of both the panels and the rows of the kernel
        _products = new double[_padded * _padded];
        _chunk = new double[Chunk * _padded];
        Sums = new double[width];
    }

    /// <summary>Rows so far.</summary>
    public long Count { get; private set; }

    /// <summary>[D].</summary>
    public double[] Sums { get; }

    /// <summary>Takes rows [N, D].</summary>
    public void Add(ReadOnlySpan<Half> rows)
    {
        for (var at = 0; at < rows.Length; at += _width)
        {
            TensorPrimitives.ConvertToSingle(rows.Slice(at, _width), _row);
            AddRow(_row);
        }
    }

    /// <summary>Takes rows [N, D].</summary>
    public void Add(ReadOnlySpan<float> rows)
    {
        for (var at = 0; at < rows.Length; at += _width)
        {
            AddRow(rows.Slice(at, _width));
        }
    }

    /// <summary>Covariance [D, D] of the rows, divided by their number.</summary>
    public double[] Covariance()
    {
        Finish();
        var covariance = new double[_width * _width];
        for (var i = 0; i < _width; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                // The kernel fills what lies on and right of the diagonal.
                var value = (_products[(j * _padded) + i] - (Sums[i] * (Sums[j] / Count))) / Count;
                (covariance[(i * _width) + j], covariance[(j * _width) + i]) = (value, value);
            }
        }
        return covariance;
    }

    private void AddRow(ReadOnlySpan<float> row)
    {
        var target = _chunk.AsSpan(_filled * _padded, _width);
        TensorPrimitives.ConvertChecked(row, target);
        TensorPrimitives.Add(Sums, target, Sums);
        Count++;
        if (++_filled == Chunk)
        {
            Finish();
        }
    }

    private void Finish()
    {
        for (var i = 0; i < _padded; i += Rows)
        {
            for (var j = i / PanelWidth * PanelWidth; j < _padded; j += PanelWidth)
            {
                AddBlock(i, j);
            }
        }
        _filled = 0;
    }

    // Products of 6 coordinates with 16: twelve sums stay in registers while each row is loaded once.
    private void AddBlock(int i, int j)
    {
        Vector512<double> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector512<double> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        var padded = (nuint)_padded;
        ref var left = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_chunk), i);
        ref var right = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_chunk), j);
        for (nuint at = 0; at < (nuint)_filled * padded; at += padded)
        {
            var low = Vector512.LoadUnsafe(ref right, at);
            var high = Vector512.LoadUnsafe(ref right, at + Lanes);
            var a = Vector512.Create(Unsafe.Add(ref left, at));
            a0 = Vector512.FusedMultiplyAdd(a, low, a0);
            a1 = Vector512.FusedMultiplyAdd(a, high, a1);
            var b = Vector512.Create(Unsafe.Add(ref left, at + 1));
            b0 = Vector512.FusedMultiplyAdd(b, low, b0);
            b1 = Vector512.FusedMultiplyAdd(b, high, b1);
            var c = Vector512.Create(Unsafe.Add(ref left, at + 2));
            c0 = Vector512.FusedMultiplyAdd(c, low, c0);
            c1 = Vector512.FusedMultiplyAdd(c, high, c1);
            var d = Vector512.Create(Unsafe.Add(ref left, at + 3));
            d0 = Vector512.FusedMultiplyAdd(d, low, d0);
            d1 = Vector512.FusedMultiplyAdd(d, high, d1);
            var e = Vector512.Create(Unsafe.Add(ref left, at + 4));
            e0 = Vector512.FusedMultiplyAdd(e, low, e0);
            e1 = Vector512.FusedMultiplyAdd(e, high, e1);
            var f = Vector512.Create(Unsafe.Add(ref left, at + 5));
            f0 = Vector512.FusedMultiplyAdd(f, low, f0);
            f1 = Vector512.FusedMultiplyAdd(f, high, f1);
        }
        Keep(a0, a1, i, j);
        Keep(b0, b1, i + 1, j);
        Keep(c0, c1, i + 2, j);
        Keep(d0, d1, i + 3, j);
        Keep(e0, e1, i + 4, j);
        Keep(f0, f1, i + 5, j);
    }

    private void Keep(Vector512<double> low, Vector512<double> high, int i, int j)
    {
        var target = _products.AsSpan((i * _padded) + j, PanelWidth);
        (Vector512.Create<double>(target) + low).CopyTo(target);
        (Vector512.Create<double>(target[Lanes..]) + high).CopyTo(target[Lanes..]);
    }
}
