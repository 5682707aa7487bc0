namespace AdClip.Vision.Training;

/// <summary>What is missing in the images before a detector learns from them.</summary>
public enum AdviceCode
{
    /// <summary>Too few good images: there are, the false alarm rate that so many can prove, needed to prove <see cref="DataAdvisor.WishedRate"/>.</summary>
    GoodImagesTooFew,

    /// <summary>No anomalous image: nothing can be measured but false alarms.</summary>
    AnomaliesMissing,

    /// <summary>Too few anomalous images: there are, the recall that so many, all found, can prove, wished.</summary>
    AnomaliesTooFew,

    /// <summary>One defect class has many times the images of another: images of the largest, of the smallest, how many times.</summary>
    ClassesUnbalanced,

    /// <summary>Images of training and test that are nearly the same picture: pairs, distance of the nearest pair, usual distance of neighbours.</summary>
    NearDuplicatesAcrossSplits,

    /// <summary>Images within one split that are nearly the same picture: pairs, distance of the nearest pair, usual distance of neighbours.</summary>
    NearDuplicates,

    /// <summary>Images of more than one camera: cameras, images of the largest group, others.</summary>
    CamerasMixed,

    /// <summary>Images of more than one size: sizes, images of the largest group, others.</summary>
    SizesMixed,

    /// <summary>
    /// Good and anomalous images differ in camera or size, so a detector may learn that instead: good and
    /// anomalous images in the most one-sided group.
    /// </summary>
    TruthFollowsSource,

    /// <summary>
    /// Defects smaller than two patches of the model that tiles help: defects, of how many, side of a tile in pixels at which they are
    /// not (never below the side of the model's input), longer side in pixels of the smallest.
    /// </summary>
    DefectsBelowTwoPatches,

    /// <summary>
    /// Defects that would be smaller than two patches even at one pixel of the model's input for one of the image, so that no tile
    /// shows more of them: defects, of how many, longer side in pixels of the smallest, pixels that they would need.
    /// </summary>
    DefectsOfTooFewPixels,

    /// <summary>Anomalous images on which nothing is drawn: images, of how many anomalous ones; they teach the image score only.</summary>
    AnomaliesWithoutMasks,
}

/// <summary>A part of the images that learns or judges.</summary>
public enum DataSplit
{
    /// <summary>The detector learns from them.</summary>
    Training,

    /// <summary>It is judged on them.</summary>
    Test,
}

/// <summary>One image as the advisor looks at it.</summary>
public sealed record AdvisedImage
{
    /// <summary>Names the image in the advice.</summary>
    public required string Id { get; init; }

    /// <summary>Pixels in a row.</summary>
    public required int Width { get; init; }

    /// <summary>Rows.</summary>
    public required int Height { get; init; }

    /// <summary>The truth; null where nobody has said: such images count only as possible duplicates.</summary>
    public required bool? IsAnomaly { get; init; }

    /// <summary>Learns or judges; null where nothing is divided yet.</summary>
    public DataSplit? Split { get; init; }

    /// <summary>Names of the defect classes on it.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Longer and shorter side of the box around each drawn defect, in pixels of the image.</summary>
    public IReadOnlyList<(double Width, double Height)> Defects { get; init; } = [];

    /// <summary>Which camera took it; null where unknown.</summary>
    public string? Camera { get; init; }

    /// <summary>[E]: what the encoder says of the whole image, any length; null where it has not seen it.</summary>
    public float[]? ClassToken { get; init; }
}

/// <summary>One thing to know before learning.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Numbers">Those that <paramref name="Code"/> names, in its order.</param>
/// <param name="Images">Ids of the images behind it; pairs lie next to each other. Empty where all are meant.</param>
public sealed record Advice(AdviceCode Code, IReadOnlyList<double> Numbers, IReadOnlyList<string> Images);
