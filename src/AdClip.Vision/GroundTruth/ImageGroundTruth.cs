namespace AdClip.Vision.GroundTruth;

/// <summary>What a person said of a whole image.</summary>
public enum ImageLabel
{
    /// <summary>Nothing was said yet.</summary>
    Unlabelled,

    /// <summary>A good part; it holds no shapes.</summary>
    Good,

    /// <summary>A defective part, with or without shapes.</summary>
    Anomaly,
}

/// <summary>The ground truth of one image. Value equality.</summary>
public sealed record ImageGroundTruth
{
    /// <summary>The image's file name, relative to its project, with forward slashes.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file in lower-case hexadecimal; empty where unknown.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Pixels in a row of the stored image.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the stored image.</summary>
    public required int Height { get; init; }

    /// <summary>Good, anomaly or nothing yet.</summary>
    public ImageLabel Label { get; init; }

    /// <summary>Marked regions, later ones above earlier ones. They may overlap.</summary>
    public IReadOnlyList<Shape> Shapes { get; init; } = [];

    /// <summary>A JSON object of fields that this version does not know, kept as read; null where there are none.</summary>
    public string? UnknownFields { get; init; }

    /// <inheritdoc/>
    public bool Equals(ImageGroundTruth? other) =>
        other is not null && File == other.File && Sha256 == other.Sha256 && Width == other.Width && Height == other.Height
        && Label == other.Label && UnknownFields == other.UnknownFields && Shapes.SequenceEqual(other.Shapes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(File, Sha256, Label, Shapes.Count);
}

/// <summary>A kind of defect that a project tells apart.</summary>
/// <param name="Name">Its name, unique in the project.</param>
/// <param name="Color">Colour of its shapes, "#rrggbb".</param>
/// <param name="Hotkey">The digit that chooses it in the labeler, "1" to "9"; null for none.</param>
public sealed record DefectClass(string Name, string Color, string? Hotkey);

/// <summary>The ground truth of a project. Value equality.</summary>
public sealed record ProjectGroundTruth
{
    /// <summary>The project's name.</summary>
    public required string Project { get; init; }

    /// <summary>Its defect classes, in their order of display.</summary>
    public IReadOnlyList<DefectClass> Classes { get; init; } = [];

    /// <summary>One entry an image, unlabelled ones included.</summary>
    public IReadOnlyList<ImageGroundTruth> Images { get; init; } = [];

    /// <summary>A JSON object of fields that this version does not know, kept as read; null where there are none.</summary>
    public string? UnknownFields { get; init; }

    /// <inheritdoc/>
    public bool Equals(ProjectGroundTruth? other) =>
        other is not null && Project == other.Project && UnknownFields == other.UnknownFields
        && Classes.SequenceEqual(other.Classes) && Images.SequenceEqual(other.Images);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Project, Classes.Count, Images.Count);
}
