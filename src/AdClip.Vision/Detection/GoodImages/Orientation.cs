using AdClip.Vision.Imaging;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>A way to turn or mirror the model's square: first left and right are exchanged, if at all, then it is turned about its middle.</summary>
/// <param name="Step">Sixteenths of a full turn, clockwise as seen on a screen: 0 to 15.</param>
/// <param name="IsMirrored">Whether left and right are exchanged first.</param>
public readonly record struct Orientation(int Step, bool IsMirrored)
{
    /// <summary>Steps of a full turn.</summary>
    public const int Steps = 16;

    private const int Quarter = Steps / 4;

    // Of none, one, two and three steps; constants, so that all processors have the same.
    private static readonly double[] Cosines = [1, 0.92387953251128674, 0.70710678118654752, 0.38268343236508977];

    /// <summary>As it is.</summary>
    public static Orientation Upright { get; } = new(0, false);

    /// <summary>All sixteen turns, upright first.</summary>
    public static IReadOnlyList<Orientation> Rotations { get; } = [.. Enumerable.Range(0, Steps).Select(step => new Orientation(step, false))];

    /// <summary>Upright, left and right exchanged, top and bottom exchanged, turned by half.</summary>
    public static IReadOnlyList<Orientation> Flips { get; } = [Upright, new(0, true), new(Steps / 2, true), new(Steps / 2, false)];

    /// <summary>Whether every pixel of the result is a pixel of the picture: turned by quarters only.</summary>
    public bool IsExact => Step % Quarter == 0;

    /// <summary>Short and usable in file names, such as <c>turn-3</c> or <c>mirror-8</c>.</summary>
    public override string ToString() => $"{(IsMirrored ? "mirror" : "turn")}-{Step}";

    /// <summary>The turned picture, of the same size.</summary>
    /// <remarks>Bilinear unless <see cref="IsExact"/>. Corners that come from outside show the picture mirrored at its border.</remarks>
    /// <param name="square">As the model sees it: S x S, opaque.</param>
    /// <exception cref="ArgumentException">It is not square.</exception>
    public PixelImage Turn(PixelImage square)
    {
        ArgumentNullException.ThrowIfNull(square);
        if (square.Width != square.Height)
        {
            throw new ArgumentException($"Only squares are turned; this is {square.Width} x {square.Height}.", nameof(square));
        }
        if (this == Upright)
        {
            return square;
        }
        var (side, source) = (square.Width, square.Rgb);
        var turned = new byte[source.Length];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (fromX, fromY) = Source((x + 0.5) / side, (y + 0.5) / side);
                var (left, top) = ((fromX * side) - 0.5, (fromY * side) - 0.5);
                if (IsExact)
                {
                    var at = 3 * ((int)Math.Round(top) * side + (int)Math.Round(left));
                    source.AsSpan(at, 3).CopyTo(turned.AsSpan(3 * ((y * side) + x)));
                    continue;
                }
                var (column, row) = ((int)Math.Floor(left), (int)Math.Floor(top));
                var (right, below) = (left - column, top - row);
                var (x0, x1) = (3 * Mirrored(column, side), 3 * Mirrored(column + 1, side));
                var (y0, y1) = (3 * side * Mirrored(row, side), 3 * side * Mirrored(row + 1, side));
                for (var c = 0; c < 3; c++)
                {
                    var above = ((1 - right) * source[y0 + x0 + c]) + (right * source[y0 + x1 + c]);
                    var under = ((1 - right) * source[y1 + x0 + c]) + (right * source[y1 + x1 + c]);
                    turned[(3 * ((y * side) + x)) + c] = (byte)(((1 - below) * above) + (below * under) + 0.5);
                }
            }
        }
        return new PixelImage(side, side, turned);
    }

    /// <summary>For each patch of the turned picture, row by row, the patch of the picture that its middle shows.</summary>
    /// <param name="grid">Patches along one side.</param>
    /// <returns>[grid · grid]; -1 where a part of the patch comes from outside the picture.</returns>
    public int[] Sources(int grid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grid, 1);
        var sources = new int[grid * grid];
        for (var i = 0; i < sources.Length; i++)
        {
            var (row, column) = (i / grid, i % grid);
            var isInside = IsInside(column, row, grid) && IsInside(column + 1, row, grid)
                && IsInside(column, row + 1, grid) && IsInside(column + 1, row + 1, grid);
            var (x, y) = Source((column + 0.5) / grid, (row + 0.5) / grid);
            sources[i] = isInside ? (Math.Clamp((int)(y * grid), 0, grid - 1) * grid) + Math.Clamp((int)(x * grid), 0, grid - 1) : -1;
        }
        return sources;
    }

    private bool IsInside(int column, int row, int grid)
    {
        const double rounding = 1e-9;
        var (x, y) = Source((double)column / grid, (double)row / grid);
        return Math.Min(x, y) >= -rounding && Math.Max(x, y) <= 1 + rounding;
    }

    // From the turned square to the picture, both from 0 to 1.
    private (double X, double Y) Source(double x, double y)
    {
        var (cosine, sine) = (Cosine(Step), Cosine(Step - Quarter));
        var (right, down) = (x - 0.5, y - 0.5);
        var fromX = (cosine * right) + (sine * down);
        var fromY = (cosine * down) - (sine * right);
        return ((IsMirrored ? -fromX : fromX) + 0.5, fromY + 0.5);
    }

    private static double Cosine(int step)
    {
        var within = ((step % Steps) + Steps) % Steps;
        return (within / Quarter) switch
        {
            0 => Cosines[within],
            1 => within == Quarter ? 0 : -Cosines[(2 * Quarter) - within],
            2 => -Cosines[within - (2 * Quarter)],
            _ => within == 3 * Quarter ? 0 : Cosines[Steps - within],
        };
    }

    private static int Mirrored(int i, int side) => i < 0 ? -1 - i : i >= side ? (2 * side) - 1 - i : i;
}
