using System.Runtime.Intrinsics;

namespace AdClip.Pretrain.Generation.Camera;

/// <summary>What baseline JPEG (ITU-T T.81) takes away: 8 x 8 cosine coefficients, rounded by the standard's example tables.</summary>
internal sealed class JpegLoss
{
    private static readonly int[] LuminanceSteps =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly int[] ChrominanceSteps =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    private static readonly float[] Cosines = MakeCosines(transposed: false);
    private static readonly float[] CosinesTransposed = MakeCosines(transposed: true);

    private readonly Vector256<float>[] _luminance;
    private readonly Vector256<float>[] _chrominance;

    /// <param name="quality">1 to 100, as in the Independent JPEG Group's software.</param>
    public JpegLoss(int quality)
    {
        var scale = quality < 50 ? 5000f / quality : 200f - (2 * quality);
        _luminance = Steps(LuminanceSteps, scale);
        _chrominance = Steps(ChrominanceSteps, scale);
    }

    /// <summary>Grey, 0 to 255; sides are multiples of 8.</summary>
    public void ApplyGrey(float[] grey, int side) => Blocks(grey, side, side, _luminance);

    /// <summary>Colour, 0 to 255, with colour at half the resolution; sides are multiples of 16.</summary>
    public void Apply(Picture picture, float[] scratch, int side)
    {
        var (r, g, b) = (picture.R, picture.G, picture.B);
        var half = side / 2;
        var blue = scratch.AsSpan(0, half * half);
        var red = scratch.AsSpan(half * half, half * half);
        blue.Clear();
        red.Clear();
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var at = (y * side) + x;
                var luminance = (0.299f * r[at]) + (0.587f * g[at]) + (0.114f * b[at]);
                var place = (y / 2 * half) + (x / 2);
                blue[place] += 0.25f * 0.564f * (b[at] - luminance);
                red[place] += 0.25f * 0.713f * (r[at] - luminance);
                g[at] = luminance;
            }
        }
        Blocks(g, side, side, _luminance);
        Blocks(blue, half, half, _chrominance);
        Blocks(red, half, half, _chrominance);
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var at = (y * side) + x;
                var place = (y / 2 * half) + (x / 2);
                var luminance = g[at];
                r[at] = luminance + (1.402f * red[place]);
                b[at] = luminance + (1.772f * blue[place]);
                g[at] = luminance - (0.344f * blue[place]) - (0.714f * red[place]);
            }
        }
    }

    private static void Blocks(Span<float> plane, int width, int height, Vector256<float>[] steps)
    {
        Span<Vector256<float>> block = stackalloc Vector256<float>[8];
        Span<Vector256<float>> other = stackalloc Vector256<float>[8];
        for (var y = 0; y < height; y += 8)
        {
            for (var x = 0; x < width; x += 8)
            {
                for (var i = 0; i < 8; i++)
                {
                    block[i] = Vector256.LoadUnsafe(ref plane[((y + i) * width) + x]);
                }
                // C B, then C (C B)' = (C B C')': both passes run down the columns.
                Multiply(Cosines, block, other);
                Transpose(other);
                Multiply(Cosines, other, block);
                for (var i = 0; i < 8; i++)
                {
                    block[i] = Vector256.Round(block[i] / steps[i]) * steps[i];
                }
                Multiply(CosinesTransposed, block, other);
                Transpose(other);
                Multiply(CosinesTransposed, other, block);
                for (var i = 0; i < 8; i++)
                {
                    block[i].StoreUnsafe(ref plane[((y + i) * width) + x]);
                }
            }
        }
    }

    /// <param name="left">8 x 8; its scalars multiply whole rows of <paramref name="right"/>.</param>
    private static void Multiply(float[] left, ReadOnlySpan<Vector256<float>> right, Span<Vector256<float>> product)
    {
        for (var i = 0; i < 8; i++)
        {
            var sum = right[0] * left[8 * i];
            for (var k = 1; k < 8; k++)
            {
                sum += right[k] * left[(8 * i) + k];
            }
            product[i] = sum;
        }
    }

    private static void Transpose(Span<Vector256<float>> block)
    {
        Span<float> values = stackalloc float[64];
        for (var i = 0; i < 8; i++)
        {
            block[i].StoreUnsafe(ref values[8 * i]);
        }
        for (var i = 0; i < 8; i++)
        {
            block[i] = Vector256.Create(
                values[i], values[8 + i], values[16 + i], values[24 + i], values[32 + i], values[40 + i], values[48 + i], values[56 + i]);
        }
    }

    private static float[] MakeCosines(bool transposed)
    {
        var rows = new float[64];
        for (var i = 0; i < 8; i++)
        {
            for (var k = 0; k < 8; k++)
            {
                var (frequency, place) = transposed ? (k, i) : (i, k);
                rows[(8 * i) + k] = MathF.Sqrt(frequency == 0 ? 0.125f : 0.25f) * MathF.Cos(((2 * place) + 1) * frequency * MathF.PI / 16);
            }
        }
        return rows;
    }

    /// <summary>Transposed, as the coefficients are when they are rounded.</summary>
    private static Vector256<float>[] Steps(int[] table, float scale)
    {
        var steps = new Vector256<float>[8];
        for (var i = 0; i < 8; i++)
        {
            for (var k = 0; k < 8; k++)
            {
                steps[i] = steps[i].WithElement(k, Math.Clamp(MathF.Floor(((table[(8 * k) + i] * scale) + 50) / 100), 1, 255));
            }
        }
        return steps;
    }
}
