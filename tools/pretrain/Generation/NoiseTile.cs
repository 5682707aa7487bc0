using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AdClip.Pretrain.Generation;

/// <summary>A square of noise that repeats without a seam, made once and sampled at any scale, stretch and angle.</summary>
internal sealed class NoiseTile
{
    /// <summary>Texels of a side.</summary>
    public const int Size = 512;

    private const int Wrap = Size - 1;

    private readonly float[] _texels;

    /// <param name="cell">Texels that one feature (a bump, a pebble, a fibre's width) takes.</param>
    public NoiseTile(float[] texels, float cell)
    {
        _texels = texels;
        Cell = cell;
    }

    public float Cell { get; }

    /// <summary>Row-major, <see cref="Size"/> squared.</summary>
    public ReadOnlySpan<float> Texels => _texels;

    /// <summary>Adds <paramref name="gain"/> x noise to the box of a plane; <paramref name="map"/> leads from pixels to texels.</summary>
    public void Add(float[] plane, int side, Box box, Affine map, float gain)
    {
        for (var y = box.Top; y < box.Bottom; y++)
        {
            var u = (map.Ux * box.Left) + (map.Uy * y) + map.U0;
            var v = (map.Vx * box.Left) + (map.Vy * y) + map.V0;
            AddRow(plane.AsSpan((y * side) + box.Left, box.Width), u, v, map.Ux, map.Vx, gain);
        }
    }

    private void AddRow(Span<float> row, float u, float v, float du, float dv, float gain)
    {
        var x = 0;
        if (Avx2.IsSupported)
        {
            x = AddEights(row, u, v, du, dv, gain);
        }
        for (; x < row.Length; x++)
        {
            row[x] += gain * At(u + (du * x), v + (dv * x));
        }
    }

    private unsafe int AddEights(Span<float> row, float u, float v, float du, float dv, float gain)
    {
        var ramp = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);
        var wrap = Vector256.Create(Wrap);
        var gains = Vector256.Create(gain);
        var one = Vector256<int>.One;
        ref var first = ref MemoryMarshal.GetReference(row);
        fixed (float* texels = _texels)
        {
            var x = 0;
            for (; x <= row.Length - 8; x += 8)
            {
                var at = ramp + Vector256.Create((float)x);
                var us = Vector256.Create(u) + (at * du);
                var vs = Vector256.Create(v) + (at * dv);
                var uFloor = Vector256.Floor(us);
                var vFloor = Vector256.Floor(vs);
                var uPart = us - uFloor;
                var vPart = vs - vFloor;
                var left = Vector256.ConvertToInt32(uFloor);
                var top = Vector256.ConvertToInt32(vFloor);
                var right = (left + one) & wrap;
                left &= wrap;
                var bottom = ((top + one) & wrap) * Size;
                top = (top & wrap) * Size;
                var a = Avx2.GatherVector256(texels, top + left, 4);
                var b = Avx2.GatherVector256(texels, top + right, 4);
                var c = Avx2.GatherVector256(texels, bottom + left, 4);
                var d = Avx2.GatherVector256(texels, bottom + right, 4);
                var upper = a + ((b - a) * uPart);
                var lower = c + ((d - c) * uPart);
                var value = upper + ((lower - upper) * vPart);
                ref var place = ref Unsafe.Add(ref first, x);
                (Vector256.LoadUnsafe(ref place) + (value * gains)).StoreUnsafe(ref place);
            }
            return x;
        }
    }

    /// <summary>The noise at one place, in texels.</summary>
    public float At(float u, float v)
    {
        var uFloor = MathF.Floor(u);
        var vFloor = MathF.Floor(v);
        var uPart = u - uFloor;
        var vPart = v - vFloor;
        var left = (int)uFloor & Wrap;
        var right = (left + 1) & Wrap;
        var top = ((int)vFloor & Wrap) * Size;
        var bottom = (((int)vFloor + 1) & Wrap) * Size;
        var upper = _texels[top + left] + ((_texels[top + right] - _texels[top + left]) * uPart);
        var lower = _texels[bottom + left] + ((_texels[bottom + right] - _texels[bottom + left]) * uPart);
        return upper + ((lower - upper) * vPart);
    }
}
