using AdClip.Pretrain.Generation;
using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Training;

/// <summary>How a group is looked at: one part, turn and colouring for all its images, as one camera would; small changes for each.</summary>
internal readonly record struct View
{
    private const float WholeShare = 0.3f;
    private const double SmallestPart = 0.5;
    private const float InvertedShare = 0.1f;
    private const float GreyShare = 0.15f;
    private const float RecolouredShare = 0.2f;
    private const float StretchedShare = 0.4f;
    private const float LargestStretch = 0.35f;

    /// <summary>How far an image's part may differ from its product's: pixels of place, share of size. The last is a part that was placed by hand.</summary>
    private static readonly (int Pixels, float Size)[] Loosenesses = [(0, 0), (2, 0.01f), (6, 0.03f), (14, 0.12f)];

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required int Left { get; init; }

    public required int Top { get; init; }

    public required int Turns { get; init; }

    public required bool IsMirrored { get; init; }

    public required bool IsInverted { get; init; }

    public required bool IsGrey { get; init; }

    public required int[]? Channels { get; init; }

    public static View Draw(Rng rng, int side, int size)
    {
        var least = Math.Min(side, Math.Max(96, (int)(size * SmallestPart)));
        var (width, height) = (side, side);
        if (!rng.Chance(WholeShare))
        {
            var window = least + rng.Below(side - least + 1);
            var stretch = rng.Chance(StretchedShare) ? MathF.Exp(rng.Range(-LargestStretch, LargestStretch) / 2) : 1;
            (width, height) = (Fit(window * stretch, side), Fit(window / stretch, side));
        }
        int[]? channels = null;
        if (rng.Chance(RecolouredShare))
        {
            channels = [0, 1, 2];
            for (var i = 2; i > 0; i--)
            {
                var other = rng.Below(i + 1);
                (channels[i], channels[other]) = (channels[other], channels[i]);
            }
        }
        // In this order: a seed stands for the same views as ever.
        return new View
        {
            Width = width,
            Height = height,
            Left = rng.Below(side - width + 1),
            Top = rng.Below(side - height + 1),
            Turns = rng.Below(4),
            IsMirrored = rng.Chance(0.5f),
            IsInverted = rng.Chance(InvertedShare),
            IsGrey = rng.Chance(GreyShare),
            Channels = channels,
        };
    }

    /// <summary>The same for a single image, moved and scaled a little.</summary>
    public View Moved(Rng rng, (int Pixels, float Size) looseness, int side)
    {
        var (width, height) =
            (Fit(Width * (1 + rng.Range(-looseness.Size, looseness.Size)), side), Fit(Height * (1 + rng.Range(-looseness.Size, looseness.Size)), side));
        int Move(int at, int grown, int room) => Math.Clamp(at - (grown / 2) + rng.Below((2 * looseness.Pixels) + 1) - looseness.Pixels, 0, room);
        return this with { Width = width, Height = height, Left = Move(Left, width - Width, side - width), Top = Move(Top, height - Height, side - height) };
    }

    public static (int Pixels, float Size) Looseness(Rng rng) => rng.Pick<(int, float)>(Loosenesses);

    private static int Fit(float length, int side) => Math.Clamp((int)MathF.Round(length), side / 4, side);

    /// <summary>Pixels [size, size, 3] of the part, turned and mirrored.</summary>
    public byte[] Pixels(byte[] rgb, int side, int size)
    {
        var part = new byte[Width * Height * 3];
        for (var y = 0; y < Height; y++)
        {
            rgb.AsSpan((((Top + y) * side) + Left) * 3, Width * 3).CopyTo(part.AsSpan(y * Width * 3));
        }
        var resized = (Width, Height) == (size, size) ? part : Resampler.Resize(part, Width, Height, 3, size, size, ResampleFilter.Bicubic);
        var turned = new byte[resized.Length];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (fromX, fromY) = From(x, y, size);
                resized.AsSpan(((fromY * size) + fromX) * 3, 3).CopyTo(turned.AsSpan(((y * size) + x) * 3));
            }
        }
        return turned;
    }

    /// <summary>
    /// For each cell of a grid over the part, as turned: the share of it that is defective, and
    /// the most frequent type, 0 where there is none.
    /// </summary>
    public (float[] Share, byte[] Type) Cells(byte[] types, int side, int grid, int typeCount)
    {
        var (share, type) = (new float[grid * grid], new byte[grid * grid]);
        var counts = new int[typeCount + 1];
        for (var row = 0; row < grid; row++)
        {
            for (var column = 0; column < grid; column++)
            {
                var (fromColumn, fromRow) = From(column, row, grid);
                int top = Top + (fromRow * Height / grid), bottom = Top + ((fromRow + 1) * Height / grid);
                int left = Left + (fromColumn * Width / grid), right = Left + ((fromColumn + 1) * Width / grid);
                Array.Clear(counts);
                for (var y = top; y < bottom; y++)
                {
                    foreach (var one in types.AsSpan((y * side) + left, right - left))
                    {
                        counts[one]++;
                    }
                }
                var all = (bottom - top) * (right - left);
                share[(row * grid) + column] = (all - counts[0]) / (float)all;
                counts[0] = 0;
                var most = counts.Max();
                type[(row * grid) + column] = most == 0 ? (byte)0 : (byte)Array.IndexOf(counts, most);
            }
        }
        return (share, type);
    }

    // Where a place of the turned picture comes from.
    private (int X, int Y) From(int x, int y, int size)
    {
        if (IsMirrored)
        {
            x = size - 1 - x;
        }
        return Turns switch
        {
            1 => (y, size - 1 - x),
            2 => (size - 1 - x, size - 1 - y),
            3 => (size - 1 - y, x),
            _ => (x, y),
        };
    }
}
