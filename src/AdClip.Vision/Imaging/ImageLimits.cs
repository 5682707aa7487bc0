namespace AdClip.Vision.Imaging;

/// <summary>What a picture may be at most and at least; checked on the header, before any pixel is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>The limits that hold where nothing else is said.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Most pixels (width times height); 120 million by default.</summary>
    public long MaxPixels { get; init; } = 120_000_000;

    /// <summary>Most pixels along one side; what the PNG and WebP renditions can hold is far above it.</summary>
    public int MaxSide { get; init; } = 65_000;

    /// <summary>Fewest pixels along the shorter side.</summary>
    public int MinSide { get; init; } = 2;

    /// <summary>Longest file in bytes; 512 MiB by default.</summary>
    public long MaxBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Throws where a picture of this size may not be decoded.</summary>
    /// <exception cref="RefusedInputException">Too large, too small or without pixels.</exception>
    internal void CheckSize(long width, long height)
    {
        if (width <= 0 || height <= 0)
        {
            throw new RefusedInputException(
                RefusalCode.DamagedImage,
                $"The picture is damaged: its header says {width} x {height} pixels. Export or copy it again.",
                $"{width} x {height}");
        }
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new RefusedInputException(
                RefusalCode.ImageTooLarge,
                $"The picture has {width} x {height} pixels; at most {MaxPixels / 1_000_000} million are accepted. Reduce or cut it first.",
                width,
                height,
                MaxPixels / 1_000_000);
        }
        if (width < MinSide || height < MinSide)
        {
            throw new RefusedInputException(
                RefusalCode.ImageTooSmall,
                $"The picture has only {width} x {height} pixels; each side needs at least {MinSide}.",
                width,
                height,
                MinSide);
        }
    }
}
