using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Imaging;

/// <summary>From a picture to the encoder's input tensor.</summary>
/// <remarks>
/// Standard pipeline of the reference (golden/README.md section 6): resize to exactly S x S, bicubic, aspect ratio not kept; then the
/// encoder's <see cref="PixelScale"/>. All in float32.
/// </remarks>
public static class Preprocessing
{
    /// <summary>Squashes the picture to <paramref name="side"/> x <paramref name="side"/> and scales its pixels.</summary>
    /// <returns>[3, side, side], channel by channel.</returns>
    public static float[] ToTensor(PixelImage image, int side, PixelScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        return scale.Apply(Resampler.Resize(image, side, side));
    }

    /// <summary>The same tensor straight from a file, without ever holding the whole picture.</summary>
    /// <returns>[3, side, side].</returns>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static float[] LoadTensor(string path, int side, PixelScale scale, ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(scale);
        return scale.Apply(ImageDecoder.DecodeResized(path, side, side, limits));
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
}
