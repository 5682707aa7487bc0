namespace AdClip.Pretrain.Generation.Shapes;

internal sealed record Moved : Shape
{
    private readonly Shape _shape;
    private readonly float _aboutX;
    private readonly float _aboutY;
    private readonly float _dx;
    private readonly float _dy;
    private readonly float _sin;
    private readonly float _cos;

    public Moved(Shape shape, float aboutX, float aboutY, float angle, float dx, float dy)
    {
        (_shape, _aboutX, _aboutY, _dx, _dy) = (shape, aboutX, aboutY, dx, dy);
        (_sin, _cos) = MathF.SinCos(angle);
    }

    public override (float X, float Y, float Reach) Bounds
    {
        get
        {
            var (x, y, reach) = _shape.Bounds;
            x -= _aboutX;
            y -= _aboutY;
            return ((x * _cos) - (y * _sin) + _aboutX + _dx, (x * _sin) + (y * _cos) + _aboutY + _dy, reach);
        }
    }

    public override float Distance(float x, float y)
    {
        x -= _aboutX + _dx;
        y -= _aboutY + _dy;
        return _shape.Distance((x * _cos) + (y * _sin) + _aboutX, (y * _cos) - (x * _sin) + _aboutY);
    }
}

/// <summary>A shape made smaller or larger about the origin.</summary>
internal sealed record Scaled(Shape Body, float Scale) : Shape
{
    public override (float X, float Y, float Reach) Bounds
    {
        get
        {
            var (x, y, reach) = Body.Bounds;
            return (x * Scale, y * Scale, reach * Scale);
        }
    }

    public override float Distance(float x, float y) => Scale * Body.Distance(x / Scale, y / Scale);
}

internal sealed record Without(Shape Body, Shape Hole) : Shape
{
    public override (float X, float Y, float Reach) Bounds => Body.Bounds;

    public override float Distance(float x, float y) => MathF.Max(Body.Distance(x, y), -Hole.Distance(x, y));
}

internal sealed record Both(Shape First, Shape Second) : Shape
{
    public override (float X, float Y, float Reach) Bounds => First.Bounds;

    public override float Distance(float x, float y) => MathF.Max(First.Distance(x, y), Second.Distance(x, y));
}

internal sealed record Joined(IReadOnlyList<Shape> Shapes) : Shape
{
    private readonly (float X, float Y, float Reach)[] _bounds = [.. Shapes.Select(shape => shape.Bounds)];

    public override (float X, float Y, float Reach) Bounds
    {
        get
        {
            var (left, right) = (_bounds.Min(bound => bound.X - bound.Reach), _bounds.Max(bound => bound.X + bound.Reach));
            var (top, bottom) = (_bounds.Min(bound => bound.Y - bound.Reach), _bounds.Max(bound => bound.Y + bound.Reach));
            var (x, y) = ((left + right) / 2, (top + bottom) / 2);
            return (x, y, _bounds.Max(bound => bound.Reach + MathF.Sqrt(((bound.X - x) * (bound.X - x)) + ((bound.Y - y) * (bound.Y - y)))));
        }
    }

    public override float Distance(float x, float y)
    {
        var best = float.MaxValue;
        for (var i = 0; i < Shapes.Count; i++)
        {
            // A shape whose circle is farther off than what was found cannot come closer.
            var (cx, cy, reach) = _bounds[i];
            var (dx, dy) = (x - cx, y - cy);
            var limit = best + reach;
            if (best == float.MaxValue || (limit > 0 && (dx * dx) + (dy * dy) < limit * limit))
            {
                best = MathF.Min(best, Shapes[i].Distance(x, y));
            }
        }
        return best;
    }
}

/// <summary>An outline that is not quite true: cast, torn, baked or grown.</summary>
internal sealed record Wavy(Shape Body, float Amount, float Cell, float Offset) : Shape
{
    private static readonly NoiseTile Waves = NoiseTiles.Smooth(new Rng(5));

    public override (float X, float Y, float Reach) Bounds
    {
        get
        {
            var (x, y, reach) = Body.Bounds;
            return (x, y, reach + (2.5f * Amount));
        }
    }

    public override float Distance(float x, float y)
    {
        var scale = Waves.Cell / Cell;
        return Body.Distance(x, y) + (Amount * Waves.At((x * scale) + Offset, (y * scale) - Offset));
    }
}
