namespace AdClip.Vision.GroundTruth;

/// <summary>The mask that pixel-level metrics compare with: every marked pixel of an image.</summary>
public static class GroundTruthMask
{
    /// <summary>The pixels that at least one of <paramref name="shapes"/> covers (<see cref="Rasterizer"/> says which).</summary>
    /// <exception cref="ArgumentException">A mask belongs to an image of another size.</exception>
    public static Mask Union(IEnumerable<Shape> shapes, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        var union = new Mask(width, height);
        foreach (var shape in shapes)
        {
            Rasterizer.AddTo(union, shape);
        }
        return union;
    }
}
