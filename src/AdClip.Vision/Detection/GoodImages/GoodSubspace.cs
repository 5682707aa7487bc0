using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AdClip.Vision.Detection.Subspace;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>The directions in which good patches differ from each other: their mean is taken off, and the principal components are kept.</summary>
/// <remarks>
/// Immutable; safe for concurrent calls. Products are summed in the order of the coordinates, so a row gives the same bits whatever stands
/// beside it and on every processor. Components have unit length, so distances within the subspace are those of the patches themselves.
/// </remarks>
internal sealed class GoodSubspace
{
    private const int Lanes = 16;
    private const int PanelWidth = 2 * Lanes;
    private const int Rows = 4;

    private readonly float[] _panels;

    /// <param name="mean">[D].</param>
    /// <param name="components">Unit rows [K, D], the strongest first.</param>
    /// <param name="explained">Share of the variance that they hold, 0 to 1.</param>
    public GoodSubspace(float[] mean, float[] components, double explained)
    {
        ArgumentOutOfRangeException.ThrowIfZero(mean.Length);
        ArgumentOutOfRangeException.ThrowIfZero(components.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(components.Length % mean.Length, 0);
        (Mean, Components, Explained) = (mean, components, explained);
        Count = components.Length / mean.Length;
        var panels = (Count + PanelWidth - 1) / PanelWidth;
        _panels = new float[panels * PanelWidth * Width];
        for (var k = 0; k < Count; k++)
        {
            for (var d = 0; d < Width; d++)
            {
                _panels[(((k / PanelWidth * Width) + d) * PanelWidth) + (k % PanelWidth)] = components[(k * Width) + d];
            }
        }
    }

    /// <summary>Of good patches: at most <paramref name="most"/> components, and no more than their width or one less than their number.</summary>
    /// <exception cref="ArgumentException">Fewer than two patches.</exception>
    public static GoodSubspace Of(PatchMoments moments, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moments.Count, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var width = moments.Sums.Length;
        var (values, vectors) = SymmetricEigen.Solve(moments.Covariance(), width);
        var count = (int)Math.Min(Math.Min(most, width), moments.Count - 1);
        var (kept, all) = (0.0, 0.0);
        for (var i = 0; i < width; i++)
        {
            // Rounding leaves some of those that should be zero below it.
            all += Math.Max(0, values[i]);
            kept += i < count ? Math.Max(0, values[i]) : 0;
        }
        return new GoodSubspace(
            [.. moments.Sums.Select(sum => (float)(sum / moments.Count))], [.. vectors.Take(count * width).Select(value => (float)value)],
            all > 0 ? kept / all : 1);
    }

    /// <summary>[D].</summary>
    public float[] Mean { get; }

    /// <summary>Unit rows [K, D].</summary>
    public float[] Components { get; }

    /// <summary>Share of the good patches' variance that the components hold, 0 to 1.</summary>
    public double Explained { get; }

    /// <summary>Width D of a patch.</summary>
    public int Width => Mean.Length;

    /// <summary>Number K of components.</summary>
    public int Count { get; }

    /// <summary>Where patches lie in the subspace.</summary>
    /// <param name="rows">[N, D].</param>
    /// <returns>[N, K].</returns>
    public float[] Apply(ReadOnlySpan<float> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % Width, 0);
        var count = rows.Length / Width;
        var places = new float[count * Count];
        // Filled up with zeros, so that every block is whole.
        var block = new float[Rows * Width];
        Span<float> found = stackalloc float[Rows * PanelWidth];
        for (var row = 0; row < count; row += Rows)
        {
            var taken = Math.Min(Rows, count - row);
            for (var r = 0; r < taken; r++)
            {
                for (var d = 0; d < Width; d++)
                {
                    block[(r * Width) + d] = rows[((row + r) * Width) + d] - Mean[d];
                }
            }
            for (var first = 0; first < Count; first += PanelWidth)
            {
                Multiply(block, _panels.AsSpan(first * Width, PanelWidth * Width), found);
                for (var r = 0; r < taken; r++)
                {
                    found.Slice(r * PanelWidth, Math.Min(PanelWidth, Count - first)).CopyTo(places.AsSpan(((row + r) * Count) + first));
                }
            }
        }
        return places;
    }

    // Four rows with 32 components: eight sums stay in registers while each coordinate is loaded once.
    private void Multiply(ReadOnlySpan<float> block, ReadOnlySpan<float> panel, Span<float> found)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        var width = (nuint)Width;
        ref var q = ref MemoryMarshal.GetReference(block);
        ref var p = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < width; i++)
        {
            var low = Vector512.LoadUnsafe(ref p, i * PanelWidth);
            var high = Vector512.LoadUnsafe(ref p, (i * PanelWidth) + Lanes);
            var a = Vector512.Create(Unsafe.Add(ref q, i));
            a0 = Vector512.FusedMultiplyAdd(a, low, a0);
            a1 = Vector512.FusedMultiplyAdd(a, high, a1);
            var b = Vector512.Create(Unsafe.Add(ref q, i + width));
            b0 = Vector512.FusedMultiplyAdd(b, low, b0);
            b1 = Vector512.FusedMultiplyAdd(b, high, b1);
            var c = Vector512.Create(Unsafe.Add(ref q, i + (2 * width)));
            c0 = Vector512.FusedMultiplyAdd(c, low, c0);
            c1 = Vector512.FusedMultiplyAdd(c, high, c1);
            var d = Vector512.Create(Unsafe.Add(ref q, i + (3 * width)));
            d0 = Vector512.FusedMultiplyAdd(d, low, d0);
            d1 = Vector512.FusedMultiplyAdd(d, high, d1);
        }
        a0.CopyTo(found);
        a1.CopyTo(found[Lanes..]);
        b0.CopyTo(found[PanelWidth..]);
        b1.CopyTo(found[(PanelWidth + Lanes)..]);
        c0.CopyTo(found[(2 * PanelWidth)..]);
        c1.CopyTo(found[((2 * PanelWidth) + Lanes)..]);
        d0.CopyTo(found[(3 * PanelWidth)..]);
        d1.CopyTo(found[((3 * PanelWidth) + Lanes)..]);
    }
}
