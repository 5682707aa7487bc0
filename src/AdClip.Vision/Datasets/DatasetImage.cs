namespace AdClip.Vision.Datasets;

/// <summary>What an image of a data set is for.</summary>
public enum DatasetPart
{
    /// <summary>To learn from; as a rule good images only.</summary>
    Train,

    /// <summary>To be judged by.</summary>
    Test,
}

/// <summary>An image of a data set on disk.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Product">Which product it shows.</param>
/// <param name="Part">What it is for.</param>
/// <param name="DefectClass">Null for a good image.</param>
/// <param name="MaskPath">Full path of the defect's mask; null: good, or not drawn.</param>
public sealed record DatasetImage(string Path, string Product, DatasetPart Part, string? DefectClass, string? MaskPath)
{
    /// <summary>The label.</summary>
    public bool IsAnomaly => DefectClass is not null;
}
