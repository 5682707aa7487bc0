namespace AdClip.Vision.Imaging;

/// <summary>What a picture file's header says; no pixel has been decoded.</summary>
public sealed record ImageInfo
{
    /// <summary>Pixels in a row once upright (EXIF orientation applied).</summary>
    public required int Width { get; init; }

    /// <summary>Rows once upright.</summary>
    public required int Height { get; init; }

    /// <summary>The format, told by content and never by the file's name.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Bits of one stored sample: 1, 2, 4, 8, 16 or 32; of an index where a palette is used.</summary>
    public required int BitDepth { get; init; }

    /// <summary>Stored channels after the palette: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha or CMYK.</summary>
    public required int Channels { get; init; }

    /// <summary>Frames or pages in the file; only the first is used, and the user is told.</summary>
    public required int Frames { get; init; }

    /// <summary>EXIF orientation, 1 (upright as stored) to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Whether the file has a palette or one bit a pixel; such pictures are resampled by nearest neighbour.</summary>
    public required bool Indexed { get; init; }

    /// <summary>Length of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Make and model of the camera, as EXIF has them; null: the file does not say.</summary>
    public string? Camera { get; init; }

    /// <summary>The IANA media type of the content.</summary>
    public string MediaType => Format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.WebP => "image/webp",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Tiff => "image/tiff",
        _ => "image/bmp",
    };

    /// <summary>Whether every browser shows the stored bytes as <see cref="ImageDecoder"/> decodes them: 8-bit, upright, one frame, opaque.</summary>
    public bool ShownByBrowsers =>
        Format is ImageFormat.Jpeg or ImageFormat.Png or ImageFormat.WebP
        && BitDepth <= 8 && Orientation == 1 && Frames == 1 && Channels is 1 or 3;
}
