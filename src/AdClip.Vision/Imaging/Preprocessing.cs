using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Imaging;

/// <summary>From a picture to the encoder's input tensor.</summary>
/// <remarks>
/// Standard pipeline of the reference (golden/README.md section 6): resize to exactly S x S, bicubic, aspect ratio not kept;
/// divide by 255; subtract CLIP's mean; divide by its standard deviation. All in float32.
/// </remarks>
public static class Preprocessing
{
    private static readonly float[] Means = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] Deviations = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[][] Tables = [.. Enumerable.Range(0, 3).Select(MakeTable)];

    /// <summary>Mean of red, green and blue of the pictures that CLIP learned from, in 0 to 1.</summary>
    public static IReadOnlyList<float> Mean => Means;

    /// <summary>Standard deviation of red, green and blue.</summary>
    public static IReadOnlyList<float> StandardDeviation => Deviations;

    /// <summary>Squashes the picture to <paramref name="side"/> x <paramref name="side"/> and normalises it.</summary>
    /// <returns>[3, side, side], channel by channel.</returns>
    public static float[] ToTensor(PixelImage image, int side) => Normalise(Resampler.Resize(image, side, side));

    /// <summary>The same tensor straight from a file, without ever holding the whole picture.</summary>
    /// <returns>[3, side, side].</returns>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static float[] LoadTensor(string path, int side, ImageLimits? limits = null) =>
        Normalise(ImageDecoder.DecodeResized(path, side, side, limits));

    /// <summary>Scales the pixels as they are to what the encoder expects.</summary>
    /// <returns>[3, height, width].</returns>
    public static float[] Normalise(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = image.Width * image.Height;
        // Every element is written below.
        var tensor = GC.AllocateUninitializedArray<float>(checked(3 * pixels));
        var red = tensor.AsSpan(0, pixels);
        var green = tensor.AsSpan(pixels, pixels);
        var blue = tensor.AsSpan(2 * pixels, pixels);
        var (redOf, greenOf, blueOf) = (Tables[0], Tables[1], Tables[2]);
        var rgb = image.Rgb.AsSpan(0, 3 * pixels);
        for (var i = 0; i < red.Length; i++)
        {
            red[i] = redOf[rgb[3 * i]];
            green[i] = greenOf[rgb[3 * i + 1]];
            blue[i] = blueOf[rgb[3 * i + 2]];
        }
        return tensor;
    }

    /// <summary>A ground-truth mask at a map's size: bilinear, then more than half counts as defect.</summary>
    /// <param name="mask">[height, width].</param>
    /// <param name="width">Columns of the mask.</param>
    /// <param name="height">Rows of the mask.</param>
    /// <param name="outWidth">Columns wanted.</param>
    /// <param name="outHeight">Rows wanted.</param>
    /// <returns>[outHeight, outWidth].</returns>
    public static bool[] MaskToSize(ReadOnlySpan<bool> mask, int width, int height, int outWidth, int outHeight)
    {
        var levels = new byte[mask.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = mask[i] ? (byte)255 : (byte)0;
        }
        // level / 255 > 0.5 is level >= 128
        return [.. Resampler.Resize(levels, width, height, 1, outWidth, outHeight, ResampleFilter.Bilinear).Select(level => level >= 128)];
    }

    /// <summary>The same, row by row: a mask of a giant image is never spread out.</summary>
    /// <returns>[outHeight, outWidth].</returns>
    public static bool[] MaskToSize(Mask mask, int outWidth, int outHeight)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var pass = new Resampler.StreamedPass(mask.Width, mask.Height, 1, outWidth, outHeight, ResampleFilter.Bilinear);
        var rows = new byte[ResampleKernels.Rows * mask.Width];
        for (var y = 0; y < mask.Height; y += ResampleKernels.Rows)
        {
            var count = Math.Min(ResampleKernels.Rows, mask.Height - y);
            for (var i = 0; i < count; i++)
            {
                mask.RowTo(y + i, 255, rows.AsSpan(i * mask.Width, mask.Width));
            }
            pass.Take(rows.AsSpan(0, count * mask.Width));
        }
        return [.. pass.Finish().Select(level => level >= 128)];
    }

    private static float[] MakeTable(int channel)
    {
        var table = new float[256];
        for (var level = 0; level < table.Length; level++)
        {
            table[level] = (level / 255f - Means[channel]) / Deviations[channel];
        }
        return table;
    }
}
