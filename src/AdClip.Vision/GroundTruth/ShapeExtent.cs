namespace AdClip.Vision.GroundTruth;

/// <summary>How large a marked region is.</summary>
public static class ShapeExtent
{
    /// <summary>Shorter side of the region's bounding box, in pixels of the stored image; 0 for a mask without a pixel.</summary>
    public static double ShorterSide(Shape shape) => shape switch
    {
        BoxShape box => Math.Min(box.Box.Width, box.Box.Height),
        EllipseShape ellipse => Math.Min(ellipse.Box.Width, ellipse.Box.Height),
        PolygonShape polygon => Math.Min(
            polygon.Points.Max(point => point.X) - polygon.Points.Min(point => point.X),
            polygon.Points.Max(point => point.Y) - polygon.Points.Min(point => point.Y)),
        MaskShape mask => mask.Mask.Bounds() is { } bounds ? Math.Min(bounds.Width, bounds.Height) : 0,
        _ => throw new ArgumentException($"A shape of type {shape?.GetType().Name}.", nameof(shape)),
    };
}
