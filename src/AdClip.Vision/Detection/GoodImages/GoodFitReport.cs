namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Why good images are taken in these orientations.</summary>
public enum OrientationReason
{
    /// <summary>It was asked for.</summary>
    AskedFor,

    /// <summary>Turned, good images are clearly more alike: the part comes in any orientation.</summary>
    Turning,

    /// <summary>Mirrored or turned by half, good images are as alike as they are: what is normal one way is normal the other.</summary>
    Symmetric,

    /// <summary>Mirrored or turned by half, good images are less alike: the part has one orientation.</summary>
    OneOrientation,

    /// <summary>There is one good image only: nothing tells how parts vary.</summary>
    OneImage,

    /// <summary>There are so many good images that mirrored ones add nothing.</summary>
    ManyImages,
}

/// <summary>What was found out about good images, and what was made of them.</summary>
public sealed record GoodFitReport
{
    /// <summary>In which orientations they are taken; never <see cref="OrientationChoice.Auto"/>.</summary>
    public required OrientationChoice Orientations { get; init; }

    /// <summary>Why.</summary>
    public required OrientationReason Reason { get; init; }

    /// <summary>How much nearer good images are to each other in the best of 16 orientations, 0 to 1. Null: not measured.</summary>
    public required double? AngleGain { get; init; }

    /// <summary>How many times as far apart good images are where one is mirrored or turned by half. Null: not measured.</summary>
    public required double? FlipRatio { get; init; }

    /// <summary>Good images, each once.</summary>
    public required int Images { get; init; }

    /// <summary>Patches of them in all orientations, within the picture and the inspected area.</summary>
    public required long PatchesSeen { get; init; }

    /// <summary>Patches that are compared with.</summary>
    public required int PatchesKept { get; init; }

    /// <summary>Principal components that are compared.</summary>
    public required int Components { get; init; }

    /// <summary>Share of the patches' variance that these hold, 0 to 1.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>
    /// A large distance of a good patch to those of the other good images (of a hundred, one is larger): where the map is one half. A fixed
    /// number where there is one good image.
    /// </summary>
    public required double UsualDistance { get; init; }

    /// <summary>Power p of the map, <see cref="LeastSteepness"/> to <see cref="MostSteepness"/>: so steep that a typical good patch shows a tenth.</summary>
    public required int Steepness { get; init; }

    /// <summary>Of a map where good patches are all nearly alike, or nothing tells.</summary>
    public const int LeastSteepness = 4;

    /// <summary>Of a map where good patches differ much.</summary>
    public const int MostSteepness = 16;
}
