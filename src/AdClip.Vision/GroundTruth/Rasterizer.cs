namespace AdClip.Vision.GroundTruth;

/// <summary>Which pixels a shape covers. No anti-aliasing: a pixel is inside or it is not.</summary>
/// <remarks>
/// Pixel-centre rule: a shape covers pixel (x, y) when the pixel's centre (x + 1/2, y + 1/2) lies in it. A centre on a
/// left or top edge of a box or polygon belongs, one on a right or bottom edge does not, so that two shapes which share
/// an edge share no pixel; a centre on the rim of an ellipse belongs. Coordinates are first rounded to 1/256 pixel and
/// everything after that is integer arithmetic: the same shape gives the same pixels on every machine.
/// </remarks>
public static class Rasterizer
{
    private const int Fixed = 256; // units in a pixel
    private const int HalfPixel = Fixed / 2;

    /// <summary>The pixels of <paramref name="shape"/> on an image of <paramref name="width"/> by <paramref name="height"/>.</summary>
    /// <exception cref="ArgumentException">A mask belongs to an image of another size.</exception>
    public static Mask Rasterize(Shape shape, int width, int height)
    {
        var mask = new Mask(width, height);
        AddTo(mask, shape);
        return mask;
    }

    /// <summary>Adds the pixels of <paramref name="shape"/> to <paramref name="mask"/>; what lies outside the image is cut off.</summary>
    /// <exception cref="ArgumentException">A mask belongs to an image of another size.</exception>
    public static void AddTo(Mask mask, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(mask);
        switch (shape)
        {
            case BoxShape box:
                AddBox(mask, FixedEdges(box.Box));
                break;
            case EllipseShape ellipse:
                AddEllipse(mask, FixedEdges(ellipse.Box));
                break;
            case PolygonShape polygon:
                AddPolygon(mask, polygon.Points);
                break;
            case MaskShape pixels:
                mask.UnionWith(pixels.Mask);
                break;
            default:
                throw new ArgumentException($"No rule says which pixels a {shape?.GetType().Name ?? "null"} covers.", nameof(shape));
        }
    }

    private static void AddBox(Mask mask, (long Left, long Top, long Right, long Bottom) edges)
    {
        var (fromX, toX) = (FirstCentreAt(edges.Left), FirstCentreAt(edges.Right));
        var toY = Math.Min(FirstCentreAt(edges.Bottom), mask.Height);
        for (var y = Math.Max(FirstCentreAt(edges.Top), 0); y < toY; y++)
        {
            mask.FillRow(y, fromX, toX);
        }
    }

    private static void AddEllipse(Mask mask, (long Left, long Top, long Right, long Bottom) edges)
    {
        // Everything doubled, so that the ellipse's own centre is an integer: |dx| and |dy| against full axes.
        Int128 axisX = edges.Right - edges.Left, axisY = edges.Bottom - edges.Top;
        if (axisX <= 0 || axisY <= 0)
        {
            return;
        }
        var (squareX, squareY) = (axisX * axisX, axisY * axisY);
        long twiceCentreX = edges.Left + edges.Right, twiceCentreY = edges.Top + edges.Bottom;
        var toY = Math.Min(FirstCentreAt(edges.Bottom) + 1, mask.Height);
        for (var y = Math.Max(FirstCentreAt(edges.Top), 0); y < toY; y++)
        {
            Int128 dy = 2 * CentreOf(y) - twiceCentreY;
            bool Inside(long x)
            {
                Int128 dx = 2 * CentreOf(x) - twiceCentreX;
                return dx * dx * squareY + dy * dy * squareX <= squareX * squareY;
            }

            // The row's pixels are an interval around the pixel whose centre is nearest the ellipse's.
            var middle = (int)Math.Floor(twiceCentreX / (2.0 * Fixed));
            if (!Inside(middle))
            {
                continue;
            }
            var from = Farthest(middle, FirstCentreAt(edges.Left) - 1, Inside);
            var to = Farthest(middle, FirstCentreAt(edges.Right) + 1, Inside);
            mask.FillRow(y, from, to + 1);
        }
    }

    /// <summary>The pixel farthest from <paramref name="inside"/> towards <paramref name="outside"/> that is still inside.</summary>
    private static int Farthest(int inside, int outside, Func<long, bool> isInside)
    {
        while (Math.Abs(outside - inside) > 1)
        {
            var between = inside + (outside - inside) / 2;
            if (isInside(between))
            {
                inside = between;
            }
            else
            {
                outside = between;
            }
        }
        return inside;
    }

    private static void AddPolygon(Mask mask, IReadOnlyList<ImagePoint> points)
    {
        var corners = points.Select(point => (X: ToFixed(point.X), Y: ToFixed(point.Y))).ToArray();
        if (corners.Length < 3)
        {
            return;
        }
        var fromY = Math.Max(FirstCentreAt(corners.Min(corner => corner.Y)), 0);
        var toY = Math.Min(FirstCentreAt(corners.Max(corner => corner.Y)), mask.Height);
        List<int> crossings = [];
        for (var y = fromY; y < toY; y++)
        {
            crossings.Clear();
            var centreY = CentreOf(y);
            var a = corners[^1];
            foreach (var b in corners)
            {
                if (a.Y <= centreY != b.Y <= centreY)
                {
                    var (upper, lower) = a.Y < b.Y ? (a, b) : (b, a);
                    var rise = lower.Y - upper.Y;
                    var numerator = (upper.X - HalfPixel) * rise + (centreY - upper.Y) * (lower.X - upper.X);
                    crossings.Add((int)CeilingOfRatio(numerator, Fixed * rise));
                }
                a = b;
            }
            crossings.Sort();
            for (var i = 0; i + 1 < crossings.Count; i += 2)
            {
                mask.FillRow(y, crossings[i], crossings[i + 1]);
            }
        }
    }

    private static (long Left, long Top, long Right, long Bottom) FixedEdges(ImageRectangle box) =>
        (ToFixed(box.X), ToFixed(box.Y), ToFixed(box.X + box.Width), ToFixed(box.Y + box.Height));

    private static long ToFixed(double pixels) => (long)Math.Floor(pixels * Fixed + 0.5);

    private static long CentreOf(long pixel) => pixel * Fixed + HalfPixel;

    /// <summary>The first pixel whose centre is at or after <paramref name="edge"/>.</summary>
    private static int FirstCentreAt(long edge) => (int)CeilingOfRatio(edge - HalfPixel, Fixed);

    private static long CeilingOfRatio(long numerator, long positiveDenominator)
    {
        var quotient = Math.DivRem(numerator, positiveDenominator, out var remainder);
        return remainder > 0 ? quotient + 1 : quotient;
    }
}
