namespace AdClip.Pretrain.Generation.Shapes;

/// <summary>An outline as a signed distance in product units: negative inside, positive outside.</summary>
internal abstract record Shape
{
    public abstract float Distance(float x, float y);

    /// <summary>A circle that holds the whole shape.</summary>
    public abstract (float X, float Y, float Reach) Bounds { get; }

    /// <summary>This shape turned about a point and moved.</summary>
    public Shape Moved(float aboutX, float aboutY, float angle, float dx, float dy) => new Moved(this, aboutX, aboutY, angle, dx, dy);

    public Shape Without(Shape other) => new Without(this, other);

    public Shape With(Shape other) => new Joined([this, other]);
}

internal sealed record Disc(float X, float Y, float Radius) : Shape
{
    public override (float X, float Y, float Reach) Bounds => (X, Y, Radius);

    public override float Distance(float x, float y)
    {
        var (dx, dy) = (x - X, y - Y);
        return MathF.Sqrt((dx * dx) + (dy * dy)) - Radius;
    }
}

/// <summary>A ring of <paramref name="Width"/> about a circle.</summary>
internal sealed record Ring(float X, float Y, float Radius, float Width) : Shape
{
    public override (float X, float Y, float Reach) Bounds => (X, Y, Radius + (Width / 2));

    public override float Distance(float x, float y)
    {
        var (dx, dy) = (x - X, y - Y);
        return MathF.Abs(MathF.Sqrt((dx * dx) + (dy * dy)) - Radius) - (Width / 2);
    }
}

/// <summary>A rectangle with round corners.</summary>
internal sealed record Slab(float X, float Y, float HalfWidth, float HalfHeight, float Corner = 0, float Angle = 0) : Shape
{
    private readonly float _sin = MathF.Sin(Angle);
    private readonly float _cos = MathF.Cos(Angle);

    public override (float X, float Y, float Reach) Bounds => (X, Y, MathF.Sqrt((HalfWidth * HalfWidth) + (HalfHeight * HalfHeight)));

    public override float Distance(float x, float y)
    {
        var (dx, dy) = (x - X, y - Y);
        var qx = MathF.Abs((dx * _cos) + (dy * _sin)) - HalfWidth + Corner;
        var qy = MathF.Abs((dy * _cos) - (dx * _sin)) - HalfHeight + Corner;
        if (qx <= 0 || qy <= 0)
        {
            return MathF.Max(qx, qy) - Corner;
        }
        return MathF.Sqrt((qx * qx) + (qy * qy)) - Corner;
    }
}

/// <summary>An ellipse; the distance is exact on the outline and good near it.</summary>
internal sealed record Oval(float X, float Y, float RadiusX, float RadiusY, float Angle = 0) : Shape
{
    private readonly float _sin = MathF.Sin(Angle);
    private readonly float _cos = MathF.Cos(Angle);

    public override (float X, float Y, float Reach) Bounds => (X, Y, MathF.Max(RadiusX, RadiusY));

    public override float Distance(float x, float y)
    {
        var (dx, dy) = (x - X, y - Y);
        var u = ((dx * _cos) + (dy * _sin)) / RadiusX;
        var v = ((dy * _cos) - (dx * _sin)) / RadiusY;
        var k = MathF.Sqrt((u * u) + (v * v));
        var (gu, gv) = (u / RadiusX, v / RadiusY);
        var slope = MathF.Sqrt((gu * gu) + (gv * gv));
        return k < 1e-4f ? -MathF.Min(RadiusX, RadiusY) : (k - 1) * k / slope;
    }
}

/// <summary>A straight stroke with round ends.</summary>
internal sealed record Bar(float X0, float Y0, float X1, float Y1, float HalfWidth) : Shape
{
    public override (float X, float Y, float Reach) Bounds
        => ((X0 + X1) / 2, (Y0 + Y1) / 2, (MathF.Sqrt(((X1 - X0) * (X1 - X0)) + ((Y1 - Y0) * (Y1 - Y0))) / 2) + HalfWidth);

    public override float Distance(float x, float y)
    {
        var (dx, dy, px, py) = (X1 - X0, Y1 - Y0, x - X0, y - Y0);
        var t = Math.Clamp(((px * dx) + (py * dy)) / MathF.Max(1e-6f, (dx * dx) + (dy * dy)), 0, 1);
        px -= t * dx;
        py -= t * dy;
        return MathF.Sqrt((px * px) + (py * py)) - HalfWidth;
    }
}

/// <summary>A closed outline through corners, in either sense.</summary>
internal sealed record Polygon(IReadOnlyList<(float X, float Y)> Corners, float Rounding = 0) : Shape
{
    public override (float X, float Y, float Reach) Bounds
    {
        get
        {
            var (x, y) = (Corners.Average(corner => corner.X), Corners.Average(corner => corner.Y));
            return (x, y, Rounding + Corners.Max(corner => MathF.Sqrt(((corner.X - x) * (corner.X - x)) + ((corner.Y - y) * (corner.Y - y)))));
        }
    }

    public static Polygon Regular(float x, float y, float radius, int corners, float angle, float rounding = 0)
        => new(
            [.. Enumerable.Range(0, corners)
                .Select(i => (x + (radius * MathF.Cos(angle + (i * MathF.Tau / corners))), y + (radius * MathF.Sin(angle + (i * MathF.Tau / corners)))))],
            rounding);

    public override float Distance(float x, float y)
    {
        var best = float.MaxValue;
        var inside = false;
        for (int i = 0, j = Corners.Count - 1; i < Corners.Count; j = i++)
        {
            var (ax, ay) = Corners[i];
            var (bx, by) = Corners[j];
            var (ex, ey, wx, wy) = (bx - ax, by - ay, x - ax, y - ay);
            var t = Math.Clamp(((wx * ex) + (wy * ey)) / ((ex * ex) + (ey * ey)), 0, 1);
            var (dx, dy) = (wx - (t * ex), wy - (t * ey));
            best = MathF.Min(best, (dx * dx) + (dy * dy));
            if ((ay > y) != (by > y) && x < ((bx - ax) * (y - ay) / (by - ay)) + ax)
            {
                inside = !inside;
            }
        }
        return (MathF.Sqrt(best) * (inside ? -1 : 1)) - Rounding;
    }
}

/// <summary>A round body with teeth.</summary>
/// <param name="Land">Share of the pitch that a tooth's top takes.</param>
internal sealed record Cog(float X, float Y, float Radius, int Teeth, float Depth, float Phase, float Land) : Shape
{
    public override (float X, float Y, float Reach) Bounds => (X, Y, Radius + Depth);

    public override float Distance(float x, float y)
    {
        var (dx, dy) = (x - X, y - Y);
        var radius = MathF.Sqrt((dx * dx) + (dy * dy));
        if (radius < Radius - Depth)
        {
            return radius - Radius;
        }
        var turn = ((MathF.Atan2(dy, dx) + Phase) * Teeth / MathF.Tau) + 100;
        var part = MathF.Abs(turn - MathF.Floor(turn) - 0.5f) * 2;
        var flank = (part - Land) * MathF.PI * Radius / Teeth;
        var top = MathF.Max(radius - Radius - Depth, flank * 0.9f);
        return MathF.Min(radius - Radius, top);
    }
}

/// <summary>A stroke along a chain of points.</summary>
internal sealed record Chain(IReadOnlyList<(float X, float Y)> Points, float HalfWidth) : Shape
{
    private readonly Joined _bars = new(
        [.. Enumerable.Range(0, Points.Count - 1).Select(i => new Bar(Points[i].X, Points[i].Y, Points[i + 1].X, Points[i + 1].Y, HalfWidth))]);

    public override (float X, float Y, float Reach) Bounds => _bars.Bounds;

    public override float Distance(float x, float y) => _bars.Distance(x, y);
}
