using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection;

/// <summary>Patches of good images, laid out so that the nearest one to each of many patches is found fast.</summary>
/// <remarks>
/// Rows have unit length, so the nearest has the largest dot product. Patches are kept in panels of 32, coordinate by
/// coordinate: one register holds the same coordinate of 16 patches. Every dot product is summed in the order of the
/// coordinates, so results do not depend on which other patches are in the bank. Read-only once filled; safe for concurrent searches.
/// </remarks>
internal sealed class MemoryBank
{
    private const int Lanes = 16;
    private const int PanelRows = 2 * Lanes;
    private const int QueryBlock = 6;

    private readonly int _width;
    private readonly List<(string Sha256, float[] Panels)> _images = [];

    /// <param name="width">Width D of a patch.</param>
    public MemoryBank(int width) => _width = width;

    /// <summary>Adds the patches of one good image: unit rows [T, D], T at least 1.</summary>
    public void Add(string sha256, ReadOnlySpan<float> unitRows)
    {
        ArgumentOutOfRangeException.ThrowIfZero(unitRows.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(unitRows.Length % _width, 0);
        var rows = unitRows.Length / _width;
        var panels = (rows + PanelRows - 1) / PanelRows;
        var packed = new float[panels * PanelRows * _width];
        for (var slot = 0; slot < panels * PanelRows; slot++)
        {
            // The last panel is filled up with copies of the last row, which change no maximum.
            var row = unitRows.Slice(Math.Min(slot, rows - 1) * _width, _width);
            var panel = packed.AsSpan(slot / PanelRows * PanelRows * _width);
            for (var d = 0; d < _width; d++)
            {
                panel[(d * PanelRows) + (slot % PanelRows)] = row[d];
            }
        }
        _images.Add((sha256, packed));
    }

    /// <summary>Whether a search that leaves out this image has anything to search in.</summary>
    public bool HasOtherThan(string? sha256) => _images.Exists(image => image.Sha256 != sha256);

    /// <summary>One minus the largest cosine from each unit row of [N, D] to any patch of the bank: [N], 0 to 2.</summary>
    /// <param name="unitRows">[N, D].</param>
    /// <param name="exceptSha256">An image that is left out, so that no image is its own reference.</param>
    /// <exception cref="InvalidOperationException">Nothing to search in.</exception>
    public float[] Distances(ReadOnlySpan<float> unitRows, string? exceptSha256)
    {
        var nearest = Products(unitRows, exceptSha256);
        TensorPrimitives.Subtract(1f, nearest, nearest);
        return nearest;
    }

    /// <summary>The largest product of each row of [N, D] with any patch of the bank: [N].</summary>
    /// <param name="rows">[N, D].</param>
    /// <param name="exceptSha256">An image that is left out.</param>
    /// <exception cref="InvalidOperationException">Nothing to search in.</exception>
    public float[] Products(ReadOnlySpan<float> rows, string? exceptSha256)
    {
        if (!HasOtherThan(exceptSha256))
        {
            throw new InvalidOperationException("The memory bank holds no other image.");
        }
        var count = rows.Length / _width;
        var nearest = new float[count];
        nearest.AsSpan().Fill(float.NegativeInfinity);
        foreach (var (sha256, panels) in _images)
        {
            if (sha256 == exceptSha256)
            {
                continue;
            }
            for (var at = 0; at < panels.Length; at += PanelRows * _width)
            {
                var panel = panels.AsSpan(at, PanelRows * _width);
                var query = 0;
                for (; query + QueryBlock <= count; query += QueryBlock)
                {
                    SearchBlock(rows.Slice(query * _width, QueryBlock * _width), panel, nearest.AsSpan(query, QueryBlock));
                }
                for (; query < count; query++)
                {
                    SearchOne(rows.Slice(query * _width, _width), panel, ref nearest[query]);
                }
            }
        }
        return nearest;
    }

    // Six queries against one panel: twelve sums stay in registers while each coordinate is loaded once.
    private void SearchBlock(ReadOnlySpan<float> queries, ReadOnlySpan<float> panel, Span<float> nearest)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector512<float> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        var width = _width;
        ref var q = ref MemoryMarshal.GetReference(queries);
        ref var p = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)width; i++)
        {
            var low = Vector512.LoadUnsafe(ref p, i * PanelRows);
            var high = Vector512.LoadUnsafe(ref p, (i * PanelRows) + Lanes);
            var a = Vector512.Create(Unsafe.Add(ref q, i));
            a0 = Vector512.FusedMultiplyAdd(a, low, a0);
            a1 = Vector512.FusedMultiplyAdd(a, high, a1);
            var b = Vector512.Create(Unsafe.Add(ref q, i + (nuint)width));
            b0 = Vector512.FusedMultiplyAdd(b, low, b0);
            b1 = Vector512.FusedMultiplyAdd(b, high, b1);
            var c = Vector512.Create(Unsafe.Add(ref q, i + (2 * (nuint)width)));
            c0 = Vector512.FusedMultiplyAdd(c, low, c0);
            c1 = Vector512.FusedMultiplyAdd(c, high, c1);
            var d = Vector512.Create(Unsafe.Add(ref q, i + (3 * (nuint)width)));
            d0 = Vector512.FusedMultiplyAdd(d, low, d0);
            d1 = Vector512.FusedMultiplyAdd(d, high, d1);
            var e = Vector512.Create(Unsafe.Add(ref q, i + (4 * (nuint)width)));
            e0 = Vector512.FusedMultiplyAdd(e, low, e0);
            e1 = Vector512.FusedMultiplyAdd(e, high, e1);
            var f = Vector512.Create(Unsafe.Add(ref q, i + (5 * (nuint)width)));
            f0 = Vector512.FusedMultiplyAdd(f, low, f0);
            f1 = Vector512.FusedMultiplyAdd(f, high, f1);
        }
        Keep(a0, a1, ref nearest[0]);
        Keep(b0, b1, ref nearest[1]);
        Keep(c0, c1, ref nearest[2]);
        Keep(d0, d1, ref nearest[3]);
        Keep(e0, e1, ref nearest[4]);
        Keep(f0, f1, ref nearest[5]);
    }

    private void SearchOne(ReadOnlySpan<float> query, ReadOnlySpan<float> panel, ref float nearest)
    {
        Vector512<float> low = default, high = default;
        for (var i = 0; i < _width; i++)
        {
            var q = Vector512.Create(query[i]);
            low = Vector512.FusedMultiplyAdd(q, Vector512.Create(panel.Slice(i * PanelRows, Lanes)), low);
            high = Vector512.FusedMultiplyAdd(q, Vector512.Create(panel.Slice((i * PanelRows) + Lanes, Lanes)), high);
        }
        Keep(low, high, ref nearest);
    }

    private static void Keep(Vector512<float> low, Vector512<float> high, ref float nearest)
    {
        var both = Vector512.Max(low, high);
        var half = Vector256.Max(both.GetLower(), both.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        for (var i = 0; i < Vector128<float>.Count; i++)
        {
            nearest = MathF.Max(nearest, quarter[i]);
        }
    }
}
