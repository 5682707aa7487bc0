namespace AdClip.Vision.Imaging;

/// <summary>Where a part of a source picture lands in a target picture; both frames in their own pixels.</summary>
/// <param name="SourceX">Left column copied from.</param>
/// <param name="SourceY">Top row copied from.</param>
/// <param name="Width">Columns copied.</param>
/// <param name="Height">Rows copied.</param>
/// <param name="TargetX">Left column copied to.</param>
/// <param name="TargetY">Top row copied to.</param>
public readonly record struct Placement(int SourceX, int SourceY, int Width, int Height, int TargetX, int TargetY);

/// <summary>Sizes and boxes of the operations max_resize, resize, center_crop and random_resized_crop, and the pictures they give.</summary>
/// <remarks>Source: golden/preprocess/geometry. Rounding is half to even where the reference rounds, truncation where it truncates.</remarks>
public static class PreprocessGeometry
{
    private const int CropAttempts = 10;

    /// <summary>Size once the shortest side is <paramref name="side"/>, aspect ratio kept.</summary>
    public static (int Width, int Height) ShortestSize(int width, int height, int side)
    {
        if (Math.Min(width, height) == side)
        {
            return (width, height);
        }
        return width <= height
            ? (side, (int)((long)side * height / width))
            : ((int)((long)side * width / height), side);
    }

    /// <summary>The centred square of <paramref name="side"/>, padded with black where the picture is smaller.</summary>
    public static Placement CropPlacement(int width, int height, int side)
    {
        var (sourceX, copiedWidth, targetX) = CropAxis(width, side);
        var (sourceY, copiedHeight, targetY) = CropAxis(height, side);
        return new Placement(sourceX, sourceY, copiedWidth, copiedHeight, targetX, targetY);
    }

    /// <summary>
    /// The picture scaled until its longest side is <paramref name="side"/>, centred in the
    /// square; the odd pixel of padding goes right or down.
    /// </summary>
    public static Placement LongestPlacement(int width, int height, int side)
    {
        var scale = side / (double)Math.Max(width, height);
        var scaledWidth = Math.Max(1, (int)Math.Round(width * scale));
        var scaledHeight = Math.Max(1, (int)Math.Round(height * scale));
        return new Placement(0, 0, scaledWidth, scaledHeight, (side - scaledWidth) / 2, (side - scaledHeight) / 2);
    }

    /// <summary>A random part of the picture, for training.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="scale">Least and most share of the area.</param>
    /// <param name="ratio">Least and most width over height.</param>
    /// <param name="uniform">Draws a number from low to high.</param>
    /// <param name="below">Draws an integer from 0 to below its argument.</param>
    /// <returns>The box: left column, top row, columns, rows.</returns>
    public static (int X, int Y, int Width, int Height) RandomResizedCrop(
        int width, int height, (double Least, double Most) scale, (double Least, double Most) ratio, Func<double, double, double> uniform, Func<int, int> below)
    {
        ArgumentNullException.ThrowIfNull(uniform);
        ArgumentNullException.ThrowIfNull(below);
        for (var attempt = 0; attempt < CropAttempts; attempt++)
        {
            var area = (double)width * height * uniform(scale.Least, scale.Most);
            var aspect = Math.Exp(uniform(Math.Log(ratio.Least), Math.Log(ratio.Most)));
            var cropWidth = (int)Math.Round(Math.Sqrt(area * aspect));
            var cropHeight = (int)Math.Round(Math.Sqrt(area / aspect));
            if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height)
            {
                var row = below(height - cropHeight + 1);
                return (below(width - cropWidth + 1), row, cropWidth, cropHeight);
            }
        }
        var (bestWidth, bestHeight) = (width, height);
        if ((double)width / height < ratio.Least)
        {
            bestHeight = (int)Math.Round(width / ratio.Least);
        }
        else if ((double)width / height > ratio.Most)
        {
            bestWidth = (int)Math.Round(height * ratio.Most);
        }
        return ((width - bestWidth) / 2, (height - bestHeight) / 2, bestWidth, bestHeight);
    }

    /// <summary>The picture with its shortest side resized to <paramref name="side"/>.</summary>
    public static PixelImage ResizeShortest(PixelImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (width, height) = ShortestSize(image.Width, image.Height, side);
        return Resampler.Resize(image, width, height);
    }

    /// <summary>The centred square of <paramref name="side"/> pixels.</summary>
    public static PixelImage CenterCrop(PixelImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Place(image, CropPlacement(image.Width, image.Height, side), side);
    }

    /// <summary>The whole picture within a square of <paramref name="side"/>, the rest black.</summary>
    public static PixelImage ResizeLongestAndPad(PixelImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        var placement = LongestPlacement(image.Width, image.Height, side);
        return Place(Resampler.Resize(image, placement.Width, placement.Height), placement, side);
    }

    /// <summary>A part of the picture.</summary>
    public static PixelImage Crop(PixelImage image, int x, int y, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        var rgb = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            image.Rgb.AsSpan(((y + row) * image.Width + x) * 3, width * 3).CopyTo(rgb.AsSpan(row * width * 3));
        }
        return new PixelImage(width, height, rgb);
    }

    private static (int Source, int Copied, int Target) CropAxis(int length, int side)
    {
        if (length < side)
        {
            return (0, length, (side - length) / 2);
        }
        return ((int)Math.Round((length - side) / 2.0), side, 0);
    }

    private static PixelImage Place(PixelImage image, Placement placement, int side)
    {
        var rgb = new byte[side * side * 3];
        for (var row = 0; row < placement.Height; row++)
        {
            image.Rgb
                .AsSpan(((placement.SourceY + row) * image.Width + placement.SourceX) * 3, placement.Width * 3)
                .CopyTo(rgb.AsSpan(((placement.TargetY + row) * side + placement.TargetX) * 3));
        }
        return new PixelImage(side, side, rgb);
    }
}
