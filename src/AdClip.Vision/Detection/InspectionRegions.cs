using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Detection;

/// <summary>What a region says of the pixels that it covers.</summary>
public enum RegionUse
{
    /// <summary>They are inspected.</summary>
    Include,

    /// <summary>They are not, whatever else covers them.</summary>
    Ignore,
}

/// <summary>One drawn region.</summary>
/// <param name="Use">Whether its pixels are inspected or ignored.</param>
/// <param name="Shape">A box, an ellipse or a polygon in pixels of the image that it was drawn on.</param>
public sealed record InspectionRegion(RegionUse Use, Shape Shape);

/// <summary>Which part of a product's images is inspected: every included region without the ignored ones.</summary>
/// <remarks>
/// Without an included region the whole image is, but for the ignored ones. Drawn once, on an image of <see cref="Width"/> by
/// <see cref="Height"/> stored pixels, and laid on an image of another size by relative scaling: the same camera at another
/// resolution. An image of another shape than that is refused (<see cref="CheckFits"/>), never inspected at a guess.
/// </remarks>
public sealed record InspectionRegions
{
    /// <summary>How much the ratio of an image's sides may differ from the drawn image's: rounded sizes stay below it, a crop or a turn does not.</summary>
    public const double AspectTolerance = 0.02;

    /// <summary>The largest raster in which regions are checked for leaving something to inspect.</summary>
    private const int CheckedSide = 2048;

    /// <summary>No region: every pixel of any image is inspected.</summary>
    public static InspectionRegions Everything { get; } = new() { Width = 0, Height = 0, Regions = [] };

    /// <summary>Pixels in a row of the image that they were drawn on; 0 when there is no region.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of that image; 0 when there is no region.</summary>
    public required int Height { get; init; }

    /// <summary>In drawing order, which has no meaning.</summary>
    public required IReadOnlyList<InspectionRegion> Regions { get; init; }

    /// <summary>Refuses regions that break a rule of shapes, or that leave nothing to inspect.</summary>
    /// <exception cref="RefusedInputException">The first rule broken.</exception>
    public void Check()
    {
        if (Regions.Count == 0)
        {
            return;
        }
        if (Regions.FirstOrDefault(region => region.Shape is MaskShape) is { } mask)
        {
            throw GroundTruthNames.UnknownKind("mask", $"region '{mask.Shape.Id}'");
        }
        GroundTruthValidation.Check(new ImageGroundTruth
        {
            File = "inspection area",
            Width = Width,
            Height = Height,
            Label = ImageLabel.Anomaly,
            Shapes = [.. Regions.Select(region => region.Shape)],
        });
        var scale = Math.Min(1, (double)CheckedSide / Math.Max(Width, Height));
        var (width, height) = (Math.Max(1, (int)(Width * scale)), Math.Max(1, (int)(Height * scale)));
        if (Rasterize(width, height).IsEmpty())
        {
            throw new RefusedInputException(
                RefusalCode.RegionsLeaveNothing,
                $"The {Regions.Count} regions leave nothing to inspect: make an ignored region smaller, or draw what shall be inspected.",
                Regions.Count);
        }
    }

    /// <summary>Refuses an image whose sides are in another proportion than the drawn image's.</summary>
    /// <param name="imageWidth">Stored pixels in a row.</param>
    /// <param name="imageHeight">Stored rows.</param>
    /// <exception cref="RefusedInputException">The ratio of the sides differs by more than <see cref="AspectTolerance"/>.</exception>
    public void CheckFits(int imageWidth, int imageHeight)
    {
        if (!Fits(imageWidth, imageHeight))
        {
            throw new RefusedInputException(
                RefusalCode.RegionsOfAnotherAspect,
                $"The inspection area was drawn on an image of {Width} x {Height} pixels; this "
                    + $"one has {imageWidth} x {imageHeight}, other proportions, so the area does not say what "
                    + "to inspect on it: draw the area for this camera in a project of its own, or leave the image out.",
                Width, Height, imageWidth, imageHeight);
        }
    }

    /// <summary>Whether the regions can be laid on an image of this size; always true without regions.</summary>
    public bool Fits(int imageWidth, int imageHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageHeight);
        if (Regions.Count == 0)
        {
            return true;
        }
        var ratio = (double)imageWidth * Height / ((double)imageHeight * Width);
        return Math.Max(ratio, 1 / ratio) <= 1 + AspectTolerance;
    }

    /// <summary>
    /// The inspected pixels of the whole image brought to <paramref name="width"/> by
    /// <paramref name="height"/>: the stored image, a map, any frame.
    /// </summary>
    /// <remarks>Pixel-centre rule, see <see cref="Rasterizer"/>; both axes scale on their own, as the image itself does.</remarks>
    public Mask Rasterize(int width, int height)
    {
        var inside = new Mask(width, height);
        if (Regions.All(region => region.Use == RegionUse.Ignore))
        {
            for (var y = 0; y < height; y++)
            {
                inside.FillRow(y, 0, width);
            }
        }
        var ignored = new Mask(width, height);
        foreach (var (use, shape) in Regions)
        {
            Rasterizer.AddTo(use == RegionUse.Include ? inside : ignored, Scaled(shape, (double)width / Width, (double)height / Height));
        }
        inside.ExceptWith(ignored);
        return inside;
    }

    private static Shape Scaled(Shape shape, double x, double y) => shape switch
    {
        BoxShape box => box with { Box = Scaled(box.Box, x, y) },
        EllipseShape ellipse => ellipse with { Box = Scaled(ellipse.Box, x, y) },
        PolygonShape polygon => polygon with { Points = [.. polygon.Points.Select(point => new ImagePoint(point.X * x, point.Y * y))] },
        _ => throw new ArgumentException($"A {shape.GetType().Name} is no region.", nameof(shape)),
    };

    private static ImageRectangle Scaled(ImageRectangle box, double x, double y) => new(box.X * x, box.Y * y, box.Width * x, box.Height * y);

    /// <inheritdoc/>
    public bool Equals(InspectionRegions? other) => other is not null && Width == other.Width && Height == other.Height && Regions.SequenceEqual(other.Regions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Regions.Count);
}
