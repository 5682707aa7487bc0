using System.Numerics.Tensors;

namespace AdClip.Pretrain.Generation.Camera;

/// <summary>A separable Gaussian blur; the border pixels are repeated outwards.</summary>
internal static class GaussianBlur
{
    public static void Apply(float[] plane, float[] scratch, int side, float sigma)
    {
        var reach = Math.Max(1, (int)MathF.Ceiling(2.7f * sigma));
        Span<float> taps = stackalloc float[(2 * reach) + 1];
        var sum = 0f;
        for (var i = -reach; i <= reach; i++)
        {
            sum += taps[i + reach] = MathF.Exp(-i * i / (2 * sigma * sigma));
        }
        foreach (ref var tap in taps)
        {
            tap /= sum;
        }
        var padded = new float[side + (2 * reach)];
        for (var y = 0; y < side; y++)
        {
            var row = plane.AsSpan(y * side, side);
            row.CopyTo(padded.AsSpan(reach));
            padded.AsSpan(0, reach).Fill(row[0]);
            padded.AsSpan(reach + side).Fill(row[^1]);
            var blurred = scratch.AsSpan(y * side, side);
            TensorPrimitives.Multiply(padded.AsSpan(0, side), taps[0], blurred);
            for (var i = 1; i < taps.Length; i++)
            {
                TensorPrimitives.MultiplyAdd(padded.AsSpan(i, side), taps[i], blurred, blurred);
            }
        }
        for (var y = 0; y < side; y++)
        {
            var row = plane.AsSpan(y * side, side);
            row.Clear();
            for (var i = -reach; i <= reach; i++)
            {
                TensorPrimitives.MultiplyAdd(scratch.AsSpan(Math.Clamp(y + i, 0, side - 1) * side, side), taps[i + reach], row, row);
            }
        }
    }
}
