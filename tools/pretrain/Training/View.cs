using AdClip.Pretrain.Generation;
using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Training;

/// <summary>How a group is looked at: one part, turn and colouring for all its images, as one camera would; small changes for each.</summary>
internal readonly record struct View(int Window, int Left, int Top, int Turns, bool IsMirrored, bool IsInverted, bool IsGrey, int[]? Channels)
{
    private const float WholeShare = 0.3f;
    private const double SmallestPart = 0.62;
    private const float InvertedShare = 0.1f;
    private const float GreyShare = 0.15f;
    private const float RecolouredShare = 0.2f;
    private static readonly int[] Jitters = [0, 2, 6];

    public static View Draw(Rng rng, int side, int size)
    {
        var least = Math.Min(side, Math.Max(96, (int)(size * SmallestPart)));
        var window = rng.Chance(WholeShare) ? side : least + rng.Below(side - least + 1);
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
        return new View(
            window, rng.Below(side - window + 1), rng.Below(side - window + 1), rng.Below(4), rng.Chance(0.5f),
            rng.Chance(InvertedShare), rng.Chance(GreyShare), channels);
    }

    /// <summary>The same for a single image, moved by a few pixels.</summary>
    public View Moved(Rng rng, int jitter, int side)
    {
        int Move(int at, int room) => Math.Clamp(at + rng.Below((2 * jitter) + 1) - jitter, 0, room);
        return this with { Left = Move(Left, side - Window), Top = Move(Top, side - Window) };
    }

    public static int Jitter(Rng rng) => rng.Pick<int>(Jitters);

    /// <summary>Pixels [size, size, 3] of the part, turned and mirrored.</summary>
    public byte[] Pixels(byte[] rgb, int side, int size)
    {
        var part = new byte[Window * Window * 3];
        for (var y = 0; y < Window; y++)
        {
            rgb.AsSpan((((Top + y) * side) + Left) * 3, Window * 3).CopyTo(part.AsSpan(y * Window * 3));
        }
        var resized = Window == size ? part : Resampler.Resize(part, Window, Window, 3, size, size, ResampleFilter.Bicubic);
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

    /// <summary>For each cell of a grid over the part, as turned: the share of it that is defective, and the most frequent type, 0 where there is none.</summary>
    public (float[] Share, byte[] Type) Cells(byte[] types, int side, int grid, int typeCount)
    {
        var (share, type) = (new float[grid * grid], new byte[grid * grid]);
        var counts = new int[typeCount + 1];
        for (var row = 0; row < grid; row++)
        {
            for (var column = 0; column < grid; column++)
            {
                var (fromColumn, fromRow) = From(column, row, grid);
                int top = Top + (fromRow * Window / grid), bottom = Top + ((fromRow + 1) * Window / grid);
                int left = Left + (fromColumn * Window / grid), right = Left + ((fromColumn + 1) * Window / grid);
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
