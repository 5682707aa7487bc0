namespace AdClip.Vision.Imaging;

/// <summary>What a picture file's header says; no pixel has been decoded.</summary>
/// <param name="Width">Pixels in a row once upright (EXIF orientation applied).</param>
/// <param name="Height">Rows once upright.</param>
/// <param name="Format">The format, told by content and never by the file's name.</param>
/// <param name="BitDepth">Bits of one stored sample: 1, 2, 4, 8, 16 or 32; of an index where a palette is used.</param>
/// <param name="Channels">Stored channels after the palette: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha or CMYK.</param>
/// <param name="Frames">Frames or pages in the file; only the first is used, and the user is told.</param>
/// <param name="Orientation">EXIF orientation, 1 (upright as stored) to 8.</param>
/// <param name="Indexed">Whether the file has a palette or one bit a pixel; such pictures are resampled by nearest neighbour.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Camera">Make and model of the camera, as EXIF has them; null: the file does not say.</param>
public sealed record ImageInfo(
    int Width,
    int Height,
    ImageFormat Format,
    int BitDepth,
    int Channels,
    int Frames,
    int Orientation,
    bool Indexed,
    long Bytes,
    string? Camera = null)
{
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
