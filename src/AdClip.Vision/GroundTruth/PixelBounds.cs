namespace AdClip.Vision.GroundTruth;

/// <summary>A rectangle of whole pixels of the stored image: columns [X, X + Width), rows [Y, Y + Height).</summary>
/// <param name="X">Leftmost column.</param>
/// <param name="Y">Topmost row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelBounds(int X, int Y, int Width, int Height);
