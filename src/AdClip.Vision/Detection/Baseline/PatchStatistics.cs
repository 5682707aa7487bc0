using AdClip.Vision.Imaging;

namespace AdClip.Vision.Detection.Baseline;

/// <summary>What can be said of patches without any learning: grey levels, edges and texture, of each patch and around it.</summary>
/// <remarks>
/// The ten numbers and the 3 x 3 means of the embedded model's own comparison: mean, deviation, least and largest grey; mean absolute
/// horizontal and vertical Sobel; deviation and maximum of its length; mean absolute value and deviation of the Laplacian. Borders are mirrored
/// without repeating the edge.
/// </remarks>
public static class PatchStatistics
{
    /// <summary>Numbers of a patch.</summary>
    public const int Width = 2 * OfPatch;

    private const int OfPatch = 10;

    /// <summary>The statistics of a picture file, squashed to a model's square.</summary>
    /// <returns>[T, <see cref="Width"/>], rows from the top left.</returns>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static float[] OfFile(string imageFile, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(ImageDecoder.DecodeResized(imageFile, model.ImageSize, model.ImageSize), model.Shape.PixelsPerToken);
    }

    /// <summary>The statistics of a picture: [grid · grid, <see cref="Width"/>], rows from the top left.</summary>
    /// <param name="image">side x side pixels.</param>
    /// <param name="patch">Side of a patch in pixels.</param>
    public static float[] Of(PixelImage image, int patch)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch);
        var (side, grid) = (image.Width, image.Width / patch);
        var grey = Grey(image);
        var own = new float[grid * grid * OfPatch];
        for (var at = 0; at < grid * grid; at++)
        {
            Describe(grey, side, at % grid * patch, at / grid * patch, patch, own.AsSpan(at * OfPatch, OfPatch));
        }
        var all = new float[grid * grid * Width];
        for (var at = 0; at < grid * grid; at++)
        {
            var target = all.AsSpan(at * Width, Width);
            own.AsSpan(at * OfPatch, OfPatch).CopyTo(target);
            for (var y = -1; y <= 1; y++)
            {
                for (var x = -1; x <= 1; x++)
                {
                    var near = (Mirrored((at / grid) + y, grid) * grid) + Mirrored((at % grid) + x, grid);
                    for (var i = 0; i < OfPatch; i++)
                    {
                        target[OfPatch + i] += own[(near * OfPatch) + i] / 9;
                    }
                }
            }
        }
        return all;
    }

    private static float[] Grey(PixelImage image)
    {
        var grey = new float[image.Width * image.Height];
        for (var i = 0; i < grey.Length; i++)
        {
            grey[i] = ((0.299f * image.Rgb[3 * i]) + (0.587f * image.Rgb[(3 * i) + 1]) + (0.114f * image.Rgb[(3 * i) + 2])) / 255;
        }
        return grey;
    }

    private static void Describe(float[] grey, int side, int left, int top, int patch, Span<float> numbers)
    {
        var (levels, lengths, curvatures) = (new Spread(), new Spread(), new Spread());
        double across = 0, down = 0, curved = 0;
        for (var y = top; y < top + patch; y++)
        {
            for (var x = left; x < left + patch; x++)
            {
                var gx = At(1, -1) + (2 * At(1, 0)) + At(1, 1) - At(-1, -1) - (2 * At(-1, 0)) - At(-1, 1);
                var gy = At(-1, 1) + (2 * At(0, 1)) + At(1, 1) - At(-1, -1) - (2 * At(0, -1)) - At(1, -1);
                var curvature = At(-1, 0) + At(1, 0) + At(0, -1) + At(0, 1) - (4 * At(0, 0));
                levels.Add(At(0, 0));
                lengths.Add(Math.Sqrt((gx * gx) + (gy * gy)));
                curvatures.Add(curvature);
                across += Math.Abs(gx);
                down += Math.Abs(gy);
                curved += Math.Abs(curvature);

                double At(int dx, int dy) => grey[(Mirrored(y + dy, side) * side) + Mirrored(x + dx, side)];
            }
        }
        double count = patch * patch;
        ReadOnlySpan<double> found =
        [
            levels.Mean, levels.Deviation, levels.Least, levels.Largest, across / count,
            down / count, lengths.Deviation, lengths.Largest, curved / count, curvatures.Deviation,
        ];
        for (var i = 0; i < found.Length; i++)
        {
            numbers[i] = (float)found[i];
        }
    }

    private static int Mirrored(int at, int length) => length == 1 ? 0 : at < 0 ? -at : at >= length ? (2 * length) - 2 - at : at;

    private struct Spread()
    {
        private int _count;
        private double _sum;
        private double _squares;

        public double Least { get; private set; } = double.PositiveInfinity;

        public double Largest { get; private set; } = double.NegativeInfinity;

        public readonly double Mean => _sum / _count;

        public readonly double Deviation => Math.Sqrt(Math.Max(0, (_squares / _count) - (Mean * Mean)));

        public void Add(double value)
        {
            (_count, _sum, _squares) = (_count + 1, _sum + value, _squares + (value * value));
            (Least, Largest) = (Math.Min(Least, value), Math.Max(Largest, value));
        }
    }
}
