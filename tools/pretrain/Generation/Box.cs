namespace AdClip.Pretrain.Generation;

/// <summary>Pixels from (Left, Top) up to, but without, (Right, Bottom).</summary>
internal readonly record struct Box(int Left, int Top, int Right, int Bottom)
{
    public int Width => Math.Max(0, Right - Left);

    public int Height => Math.Max(0, Bottom - Top);

    public static Box Whole(int side) => new(0, 0, side, side);

    /// <summary>The pixels within <paramref name="reach"/> of a point, cut to the picture.</summary>
    public static Box Around(float x, float y, float reach, int side) => new(
        Math.Clamp((int)MathF.Floor(x - reach), 0, side), Math.Clamp((int)MathF.Floor(y - reach), 0, side),
        Math.Clamp((int)MathF.Ceiling(x + reach) + 1, 0, side), Math.Clamp((int)MathF.Ceiling(y + reach) + 1, 0, side));

    public Box Grown(int by, int side) => new(
        Math.Max(0, Left - by), Math.Max(0, Top - by), Math.Min(side, Right + by), Math.Min(side, Bottom + by));

    public Box Joined(Box other) => Width == 0 || Height == 0 ? other : other.Width == 0 || other.Height == 0 ? this : new(
        Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));
}
