using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Tests.GroundTruth;

public sealed class RasterizerTests
{
    [Fact]
    public void Rasterize_BoxOnPixelEdges_CoversWidthTimesHeight()
    {
        Assert.Equal(1, Rasterizer.Rasterize(BoxOf(2, 1, 1, 1), 4, 3).Count());
        var mask = Rasterizer.Rasterize(BoxOf(1, 1, 2, 2), 4, 3);
        Assert.Equal(new PixelBounds(1, 1, 2, 2), mask.Bounds());
        Assert.Equal(4, mask.Count());
    }

    [Fact]
    public void Rasterize_FractionalBox_TakesPixelsByTheirCentres()
    {
        // Centres from 1.5 (on the left edge: in) to 2.5 (on the right edge: out).
        Assert.Equal(new PixelBounds(1, 0, 1, 1), Rasterizer.Rasterize(BoxOf(1.5, 0.25, 1, 0.5), 4, 3).Bounds());
    }

    [Fact]
    public void Rasterize_TrapPolygonOfTheCocoIssue_Covers81Pixels()
    {
        Assert.Equal(81, Rasterizer.Rasterize(PolygonOf((0, 0), (0, 9), (9, 9), (9, 0)), 20, 20).Count());
    }

    [Fact]
    public void Rasterize_TrianglesThatShareAnEdge_ShareNoPixelAndLeaveNoGap()
    {
        var lower = Rasterizer.Rasterize(PolygonOf((0, 0), (40, 17.3), (0, 30)), 40, 30);
        var upper = Rasterizer.Rasterize(PolygonOf((0, 0), (40, 0), (40, 17.3)), 40, 30);
        var rest = Rasterizer.Rasterize(PolygonOf((0, 30), (40, 17.3), (40, 30)), 40, 30);
        Assert.Equal(40 * 30, lower.Count() + upper.Count() + rest.Count());
        lower.UnionWith(upper);
        lower.UnionWith(rest);
        Assert.Equal(40 * 30, lower.Count());
    }

    [Fact]
    public void Rasterize_RandomPolygons_AgreeWithTestingEveryCentre()
    {
        var random = new Random(11);
        for (var round = 0; round < 50; round++)
        {
            // Multiples of 1/8 are exact in 1/256, so the slow rule needs no rounding.
            var points = Enumerable.Range(0, random.Next(3, 9)).Select(_ => (random.Next(0, 241) / 8.0, random.Next(0, 201) / 8.0)).ToArray();
            var mask = Rasterizer.Rasterize(PolygonOf(points), 30, 25);
            for (var y = 0; y < 25; y++)
            {
                for (var x = 0; x < 30; x++)
                {
                    Assert.Equal(SlowEvenOdd(points, x + 0.5, y + 0.5), mask[x, y]);
                }
            }
        }
    }

    [Fact]
    public void Rasterize_Ellipses_AgreeWithTestingEveryCentre()
    {
        var random = new Random(12);
        for (var round = 0; round < 60; round++)
        {
            double left = random.Next(0, 100) / 8.0, top = random.Next(0, 100) / 8.0;
            double width = random.Next(1, 130) / 8.0, height = random.Next(1, 90) / 8.0;
            var mask = Rasterizer.Rasterize(
                new EllipseShape { Id = "e", ClassName = "c", Box = new ImageRectangle(left, top, width, height) }, 32, 28);
            for (var y = 0; y < 28; y++)
            {
                for (var x = 0; x < 32; x++)
                {
                    var dx = (x + 0.5 - left - width / 2) * 2 * height;
                    var dy = (y + 0.5 - top - height / 2) * 2 * width;
                    Assert.Equal(dx * dx + dy * dy <= width * width * height * height, mask[x, y]);
                }
            }
        }
    }

    [Fact]
    public void Rasterize_ShapeBeyondTheImage_IsCut()
    {
        Assert.Equal(12, Rasterizer.Rasterize(BoxOf(-5, -5, 50, 50), 4, 3).Count());
        Assert.Equal(12, Rasterizer.Rasterize(PolygonOf((-9, -9), (99, -9), (99, 99), (-9, 99)), 4, 3).Count());
    }

    [Fact]
    public void Union_OverlappingShapes_CountsEachPixelOnce()
    {
        var painted = new Mask(10, 10);
        painted.FillRow(0, 0, 10);

        var union = GroundTruthMask.Union([BoxOf(0, 0, 2, 2), new MaskShape { Id = "m", ClassName = "c", Mask = painted }], 10, 10);

        Assert.Equal(12, union.Count());
        Assert.Equal(10, painted.Count());
    }

    private static BoxShape BoxOf(double x, double y, double width, double height) =>
        new() { Id = "b", ClassName = "c", Box = new ImageRectangle(x, y, width, height) };

    private static PolygonShape PolygonOf(params (double X, double Y)[] points) =>
        new() { Id = "p", ClassName = "c", Points = [.. points.Select(point => new ImagePoint(point.X, point.Y))] };

    private static bool SlowEvenOdd((double X, double Y)[] points, double x, double y)
    {
        var inside = false;
        for (var i = 0; i < points.Length; i++)
        {
            var (a, b) = (points[i], points[(i + 1) % points.Length]);
            if (a.Y <= y != b.Y <= y)
            {
                // x >= crossing, multiplied out so that nothing is rounded.
                var (upper, lower) = a.Y < b.Y ? (a, b) : (b, a);
                if ((x - upper.X) * (lower.Y - upper.Y) >= (y - upper.Y) * (lower.X - upper.X))
                {
                    inside = !inside;
                }
            }
        }
        return inside;
    }
}
