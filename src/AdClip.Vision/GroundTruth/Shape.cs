namespace AdClip.Vision.GroundTruth;

/// <summary>Who made a shape.</summary>
public enum Provenance
{
    /// <summary>A person drew it.</summary>
    Human,

    /// <summary>A model proposed it and nobody changed it.</summary>
    Model,

    /// <summary>A model proposed it and a person changed it.</summary>
    Edited,
}

/// <summary>A point of the stored image; (0, 0) is the top-left corner of the top-left pixel.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
public readonly record struct ImagePoint(double X, double Y);

/// <summary>A rectangle of the stored image in pixels, possibly fractional: [X, X + Width) by [Y, Y + Height).</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width, positive.</param>
/// <param name="Height">Height, positive.</param>
public readonly record struct ImageRectangle(double X, double Y, double Width, double Height);

/// <summary>One marked region of an image. Value equality, geometry and unknown fields included.</summary>
/// <remarks>All geometry is in stored-image pixels: upright, at the size at which the image is kept.</remarks>
public abstract record Shape
{
    /// <summary>Unique within its image; kept for ever, so that two people's edits can be merged.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the defect class.</summary>
    public required string ClassName { get; init; }

    /// <summary>Who drew it (a user name or a model's name); empty where unknown.</summary>
    public string Author { get; init; } = "";

    /// <summary>When it was last changed; null where unknown.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Person, model, or a model's proposal that a person changed.</summary>
    public Provenance Provenance { get; init; }

    /// <summary>A JSON object of fields that this version does not know, kept as read; null where there are none.</summary>
    public string? UnknownFields { get; init; }
}

/// <summary>An upright rectangle.</summary>
public sealed record BoxShape : Shape
{
    /// <summary>Its extent.</summary>
    public required ImageRectangle Box { get; init; }
}

/// <summary>An upright ellipse that touches the four sides of its box.</summary>
public sealed record EllipseShape : Shape
{
    /// <summary>The rectangle around it.</summary>
    public required ImageRectangle Box { get; init; }
}

/// <summary>A closed polygon, filled by the even-odd rule.</summary>
public sealed record PolygonShape : Shape
{
    /// <summary>Its corners in drawing order; the last is joined to the first.</summary>
    public required IReadOnlyList<ImagePoint> Points { get; init; }

    /// <inheritdoc/>
    public bool Equals(PolygonShape? other) => base.Equals(other) && Points.SequenceEqual(other.Points);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Points.Count);
}

/// <summary>Exactly these pixels.</summary>
public sealed record MaskShape : Shape
{
    /// <summary>The pixels; not to be changed once it is in a shape.</summary>
    public required Mask Mask { get; init; }
}
