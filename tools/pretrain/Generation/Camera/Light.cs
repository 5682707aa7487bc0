using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace AdClip.Pretrain.Generation.Camera;

/// <summary>The light on one picture: where it comes from, how much of it is diffuse, how it falls off.</summary>
internal sealed record Light
{
    /// <summary>Brightness of all of it.</summary>
    public float Gain { get; init; } = 1;

    /// <summary>Sideways part of the direction to the light; the part towards the camera is 1.</summary>
    public float X { get; init; }

    public float Y { get; init; }

    /// <summary>Share of light from all sides, 0 to 1.</summary>
    public float Ambient { get; init; } = 0.45f;

    /// <summary>How much of the relief is seen.</summary>
    public float Relief { get; init; } = 1;

    /// <summary>Brightness of reflections on a fully glossy surface.</summary>
    public float Shine { get; init; } = 0.5f;

    /// <summary>How small reflections are.</summary>
    public float Sharpness { get; init; } = 12;

    /// <summary>How much the mirror direction changes from one side of the picture to the other.</summary>
    public float Spread { get; init; } = 0.6f;

    /// <summary>Gain change from the left (top) border to the right (bottom) one.</summary>
    public (float X, float Y) Gradient { get; init; }

    /// <summary>Loss of light in the corners.</summary>
    public float Vignette { get; init; }

    /// <summary>A soft pool of light: its place (-0.5 to 0.5), width and strength.</summary>
    public (float X, float Y, float Width, float Gain) Pool { get; init; } = (0, 0, 1, 0);

    /// <summary>Lights a layer. Sides must be multiples of 8.</summary>
    public void Shade(Layer layer, float pixelsPerUnit, Picture picture)
    {
        var side = layer.Side;
        var slopesX = new float[side];
        var slopesY = new float[side];
        ReadOnlySpan<float> height = layer.Height;
        for (var y = 0; y < side; y++)
        {
            var row = height.Slice(y * side, side);
            var above = height.Slice(Math.Max(0, y - 1) * side, side);
            var below = height.Slice(Math.Min(side - 1, y + 1) * side, side);
            slopesX[0] = 2 * (row[1] - row[0]);
            slopesX[side - 1] = 2 * (row[side - 1] - row[side - 2]);
            TensorPrimitives.Subtract(row[2..], row[..^2], slopesX.AsSpan(1, side - 2));
            TensorPrimitives.Subtract(below, above, slopesY);
            ShadeRow(layer, y, slopesX, slopesY, 0.5f * pixelsPerUnit * Relief, picture);
        }
    }

    private void ShadeRow(Layer layer, int y, float[] slopesX, float[] slopesY, float perSlope, Picture picture)
    {
        var side = layer.Side;
        var start = y * side;
        var placeY = ((y + 0.5f) / side) - 0.5f;
        var one = Vector256<float>.One;
        var ramp = Vector256.Create(0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f, 7.5f);
        var half = Vector256.Create(0.5f);
        // A flat surface gets exactly 1, whatever the direction.
        var direct = Vector256.Create(1 - Ambient);
        var ambient = Vector256.Create(Ambient);
        var mirrorY = Vector256.Create((0.5f * Y) + (Spread * placeY));
        var fallY = 1 + (Gradient.Y * placeY);
        var poolScale = 1 / (Pool.Width * Pool.Width);
        for (var x = 0; x < side; x += 8)
        {
            var placeX = ((ramp + Vector256.Create((float)x)) / side) - half;
            // The surface's normal is (-slope, -slope, 1).
            var nx = Vector256.LoadUnsafe(ref slopesX[x]) * -perSlope;
            var ny = Vector256.LoadUnsafe(ref slopesY[x]) * -perSlope;
            var length = Vector256.Sqrt(one + (nx * nx) + (ny * ny));
            var facing = Vector256.Max(Vector256<float>.Zero, one + (nx * X) + (ny * Y)) / length;
            var radius = (placeX * placeX) + Vector256.Create(placeY * placeY);
            var poolX = placeX - Vector256.Create(Pool.X);
            var pool = one + (((poolX * poolX) + Vector256.Create((placeY - Pool.Y) * (placeY - Pool.Y))) * poolScale);
            var fall = ((Vector256.Create(fallY) + (placeX * Gradient.X)) * (one - (radius * Vignette)) + (Vector256.Create(Pool.Gain) / (pool * pool))) * Gain;
            var light = fall * (ambient + (direct * facing));
            var missX = nx - ((placeX * Spread) + Vector256.Create(0.5f * X));
            var missY = ny - mirrorY;
            var miss = one + (((missX * missX) + (missY * missY)) * Sharpness);
            var shine = Vector256.LoadUnsafe(ref layer.Gloss[start + x]) * Shine * fall / (miss * miss);
            ((Vector256.LoadUnsafe(ref layer.R[start + x]) * light) + shine).StoreUnsafe(ref picture.R[start + x]);
            ((Vector256.LoadUnsafe(ref layer.G[start + x]) * light) + shine).StoreUnsafe(ref picture.G[start + x]);
            ((Vector256.LoadUnsafe(ref layer.B[start + x]) * light) + shine).StoreUnsafe(ref picture.B[start + x]);
        }
    }
}
