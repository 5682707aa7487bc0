namespace AdClip.Vision.GroundTruth;

/// <summary>How much one document may hold.</summary>
public static class GroundTruthLimits
{
    /// <summary>Shapes on one image.</summary>
    public const int ShapesPerImage = 10_000;

    /// <summary>Polygon points on one image, all shapes together.</summary>
    public const int PointsPerImage = 200_000;

    /// <summary>Pixels on a side of an image.</summary>
    public const int ImageSide = 65_535;

    /// <summary>Pixels of an image that carries a mask.</summary>
    public const long ImagePixels = 1_000_000_000;

    /// <summary>Characters in an id, a class name or an author.</summary>
    public const int NameLength = 200;

    /// <summary>Characters in an image's relative file name.</summary>
    public const int FileNameLength = 1_000;
}
