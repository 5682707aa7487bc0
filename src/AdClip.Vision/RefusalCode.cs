namespace AdClip.Vision;

/// <summary>Every reason for which an input is refused; the portal has a sentence in each language for each of them.</summary>
public enum RefusalCode
{
    /// <summary>A file of zero bytes.</summary>
    EmptyFile,

    /// <summary>A file longer than the limit: bytes, limit.</summary>
    FileTooLarge,

    /// <summary>Content that is no picture format that is read: what it seems to be, the supported formats.</summary>
    UnsupportedImageFormat,

    /// <summary>A picture that is cut off or altered: the decoder's words.</summary>
    DamagedImage,

    /// <summary>More pixels than the limit: width, height, limit in megapixels.</summary>
    ImageTooLarge,

    /// <summary>Fewer pixels along a side than needed: width, height, least side.</summary>
    ImageTooSmall,

    /// <summary>A variant of a supported format that is not read: the variant.</summary>
    UnsupportedPixelFormat,

    /// <summary>Float samples that are not within 0 to 1, so that no scale is known: smallest, largest.</summary>
    UnknownSampleRange,

    /// <summary>A mask of another size than its picture: mask width, height, picture width, height.</summary>
    MaskSizeMismatch,

    /// <summary>A score or a value of an anomaly map that is infinite or not a number.</summary>
    ScoreNotFinite,
}
