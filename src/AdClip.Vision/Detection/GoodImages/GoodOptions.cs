namespace AdClip.Vision.Detection.GoodImages;

/// <summary>In which orientations good images are taken.</summary>
public enum OrientationChoice
{
    /// <summary>Chosen from the good images themselves: <see cref="Orientations"/>.</summary>
    Auto,

    /// <summary>As they are.</summary>
    None,

    /// <summary>As they are, mirrored both ways, and turned by half.</summary>
    Flips,

    /// <summary>Turned by each sixteenth of a full turn.</summary>
    Rotations,
}

/// <summary>How images are compared with good ones. All of it but <paramref name="Threads"/> is part of the scale of scores.</summary>
/// <param name="Orientations">In which orientations good images are taken.</param>
/// <param name="Components">Most principal components K that are compared, at least 1.</param>
/// <param name="MostPatches">Most good patches that are kept, at least 1.</param>
/// <param name="Threads">How many turned images are encoded at a time; changes no number.</param>
public sealed record GoodOptions(
    OrientationChoice Orientations = OrientationChoice.Auto, int Components = GoodOptions.UsualComponents, int MostPatches = GoodOptions.UsualPatches,
    int Threads = 1)
{
    /// <summary>Fewer lose, more gain nothing: docs/decisions/0026-good-images.md.</summary>
    public const int UsualComponents = 256;

    /// <summary>5 MB, and half of the encoder's time.</summary>
    public const int UsualPatches = 5000;
}
