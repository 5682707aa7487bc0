namespace AdClip.Vision.Imaging;

/// <summary>The picture formats that are read; everything else is refused by its first bytes.</summary>
public enum ImageFormat
{
    /// <summary>JPEG (baseline and progressive; grey, RGB, CMYK).</summary>
    Jpeg,

    /// <summary>PNG, 1 to 16 bits a sample.</summary>
    Png,

    /// <summary>WebP, lossy or lossless.</summary>
    WebP,

    /// <summary>GIF; only its first frame.</summary>
    Gif,

    /// <summary>TIFF; only its first page.</summary>
    Tiff,

    /// <summary>Windows bitmap, uncompressed.</summary>
    Bmp,
}
