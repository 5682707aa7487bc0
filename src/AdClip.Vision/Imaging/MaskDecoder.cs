namespace AdClip.Vision.Imaging;

/// <summary>A mask read from a picture file.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Defect">[Height, Width]: true where the file marks a defect.</param>
/// <param name="DefectPixels">How many are true.</param>
/// <param name="Threshold">A pixel is a defect where its brightest channel is above this: 127, or 0 for files of small class numbers.</param>
public sealed record DecodedMask(int Width, int Height, bool[] Defect, long DefectPixels, int Threshold)
{
    /// <summary>No pixel is marked; wrong for a picture labelled defective.</summary>
    public bool Empty => DefectPixels == 0;

    /// <summary>More than half is marked; often a mask with black and white exchanged.</summary>
    public bool MostlyDefect => DefectPixels * 2 > (long)Width * Height;
}

/// <summary>Reads mask files as people make them: 0/255, 0/1, class numbers, grey edges, colours, palettes, JPEG.</summary>
/// <remarks>
/// The brightest channel of each pixel counts (a defect painted red is a defect). The threshold is 127, which ignores the
/// specks of a JPEG; where no pixel of the file is above 127, or the file has a palette, every pixel that is not black counts.
/// </remarks>
public static class MaskDecoder
{
    private const int UsualThreshold = 127;

    /// <summary>Reads a mask that must be as large as its picture.</summary>
    /// <exception cref="RefusedInputException">The sizes differ, or the file is not a picture that can be read.</exception>
    public static DecodedMask Decode(string path, int imageWidth, int imageHeight, ImageLimits? limits = null)
    {
        using var rows = ImageDecoder.Open(path, limits, forMask: true);
        if ((rows.Width, rows.Height) != (imageWidth, imageHeight))
        {
            throw new RefusedInputException(
                RefusalCode.MaskSizeMismatch,
                $"The mask has {rows.Width} x {rows.Height} pixels, its picture "
                    + $"{imageWidth} x {imageHeight}. Save the mask at the picture's size; it is not stretched.",
                rows.Width,
                rows.Height,
                imageWidth,
                imageHeight);
        }
        var brightest = Brightest(rows);
        var largest = brightest.Length == 0 ? 0 : System.Numerics.Tensors.TensorPrimitives.Max<byte>(brightest);
        var threshold = rows.Info.Indexed || largest <= UsualThreshold ? 0 : UsualThreshold;
        var defect = new bool[brightest.Length];
        var count = 0L;
        for (var i = 0; i < defect.Length; i++)
        {
            if (brightest[i] > threshold)
            {
                defect[i] = true;
                count++;
            }
        }
        return new DecodedMask(rows.Width, rows.Height, defect, count, threshold);
    }

    private static byte[] Brightest(RowSource rows)
    {
        var brightest = new byte[checked(rows.Width * rows.Height)];
        var rgb = new byte[rows.StripRows * rows.Width * 3];
        var alpha = rows.HasAlpha ? new byte[rows.StripRows * rows.Width] : [];
        var at = 0;
        for (var read = rows.Read(rgb, alpha); read > 0; read = rows.Read(rgb, alpha))
        {
            for (var i = 0; i < read * rows.Width; i++, at++)
            {
                brightest[at] = Math.Max(rgb[i * 3], Math.Max(rgb[i * 3 + 1], rgb[i * 3 + 2]));
            }
        }
        return brightest;
    }
}
