using AdClip.Pretrain.Generation.Shapes;

namespace AdClip.Pretrain.Tests.Generation;

public class ShapeTests
{
    public static TheoryData<string> Names => [.. Shapes.Keys];

    private static Dictionary<string, Shape> Shapes { get; } = new()
    {
        ["disc"] = new Disc(3, -4, 20),
        ["ring"] = new Ring(0, 5, 30, 8),
        ["slab"] = new Slab(5, 5, 30, 12, 4, 0.6f),
        ["bar"] = new Bar(-20, 0, 25, 10, 5),
        ["hexagon"] = Polygon.Regular(0, 0, 30, 6, 0.2f, 2),
        ["chain"] = new Chain([(-20, -20), (0, 10), (25, 0)], 4),
        ["moved slab"] = new Slab(0, 0, 20, 6).Moved(20, 0, 1.2f, 5, -5),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Distance_Anywhere_IsTheWayToTheOutline(string name)
    {
        var shape = Shapes[name];
        // A distance changes by at most the step taken, and by all of it along its own slope.
        for (var y = -40.5f; y < 45; y += 5)
        {
            for (var x = -40.5f; x < 45; x += 5)
            {
                var here = shape.Distance(x, y);
                var (dx, dy) = (shape.Distance(x + 0.05f, y) - here, shape.Distance(x, y + 0.05f) - here);
                Assert.InRange(MathF.Sqrt((dx * dx) + (dy * dy)) / 0.05f, 0.6f, 1.03f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bounds_OfAShape_HoldAllOfIt(string name)
    {
        var shape = Shapes[name];
        var (cx, cy, reach) = shape.Bounds;
        for (var y = -80f; y < 80; y += 2)
        {
            for (var x = -80f; x < 80; x += 2)
            {
                if (shape.Distance(x, y) < 0)
                {
                    Assert.True(((x - cx) * (x - cx)) + ((y - cy) * (y - cy)) <= (reach + 0.01f) * (reach + 0.01f), $"({x}, {y}) is outside the circle");
                }
            }
        }
    }

    [Fact]
    public void Without_AHole_IsOutsideInTheHole()
    {
        var shape = new Disc(0, 0, 20).Without(new Disc(0, 0, 8));

        Assert.True(shape.Distance(0, 0) > 0);
        Assert.True(shape.Distance(14, 0) < 0);
        Assert.True(shape.Distance(25, 0) > 0);
    }
}
