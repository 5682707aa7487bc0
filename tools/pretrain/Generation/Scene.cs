using AdClip.Pretrain.Generation.Shapes;

namespace AdClip.Pretrain.Generation;

/// <summary>One piece of a product, put together and ready to be lit.</summary>
internal sealed class Scene(Canvas canvas) : IDisposable
{
    private const float FarInside = 1000;

    public Canvas Canvas { get; } = canvas;

    public int Side => Canvas.Side;

    /// <summary>What the camera sees.</summary>
    public Layer Top { get; } = canvas.RentLayer();

    /// <summary>What shows where something is gone.</summary>
    public Layer Behind { get; } = canvas.RentLayer();

    /// <summary>1 where the product is, 0 beside it and in its openings.</summary>
    public float[] Part { get; } = canvas.Rent();

    /// <summary>Distance to the nearest outline, in product units, positive inside the product.</summary>
    public float[] Depth { get; } = canvas.Rent();

    public Affine Map { get; private set; }

    /// <summary>Paints the ground and all pieces.</summary>
    /// <param name="map">Pixel to product coordinates.</param>
    /// <param name="rng">Of this image; each piece has its own stream, so that one piece less changes no other.</param>
    /// <param name="shadow">Direction in which shadows fall.</param>
    public void Paint(Design design, IReadOnlyList<Piece?> pieces, Affine map, Rng rng, (float X, float Y) shadow)
    {
        Map = map;
        var whole = Box.Whole(Side);
        var ground = new Brush(Canvas, Top, whole, map, rng.Fork(1));
        ground.Fill(Top.Height, 0);
        ground.Gloss(0.1f);
        design.Ground.Paint(ground);
        if (design.IsObject)
        {
            Top.CopyTo(Behind);
            Array.Clear(Part);
            Array.Fill(Depth, -FarInside);
        }
        else
        {
            PaintBehind(design.Behind, map, rng.Fork(2));
            Array.Fill(Part, 1);
            Array.Fill(Depth, FarInside);
        }
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i] is { } piece)
            {
                Add(piece, rng.Fork(10 + (ulong)i), shadow);
            }
        }
    }

    public void Dispose()
    {
        Canvas.Return(Top);
        Canvas.Return(Behind);
        Canvas.Return(Part);
        Canvas.Return(Depth);
    }

    private void PaintBehind(Tint tint, Affine map, Rng rng)
    {
        var brush = new Brush(Canvas, Behind, Box.Whole(Side), map, rng);
        var tone = Canvas.Rent();
        brush.Fractal(tone, 40, 2, 0.15f);
        brush.Colour(tone, tint, 1);
        brush.Fill(Behind.Height, -8);
        brush.Gloss(0);
        Canvas.Return(tone);
    }

    private void Add(Piece piece, Rng rng, (float X, float Y) shadow)
    {
        var pixels = 1 / Map.Scale;
        var (x, y, reach) = piece.Shape.Bounds;
        var (px, py) = Map.Inverse().Apply(x, y);
        // A picture may be squeezed along one axis, so the circle is taken a little wider.
        var shadowReach = piece.Shadow * 1.6f * pixels;
        var box = Box.Around(px, py, (reach * pixels * 1.5f) + shadowReach + 2, Side);
        var blocks = Blocks(piece.Shape, box, pixels, shadowReach);
        if (blocks.Count == 0)
        {
            return;
        }
        switch (piece.Relief)
        {
            case Relief.Opening:
                Each(blocks, (x, y, at) => Open(piece, x, y, at, pixels));
                break;
            case Relief.Groove:
                Each(blocks, (x, y, at) => Engrave(piece, x, y, at, pixels));
                break;
            default:
                var paint = Canvas.RentLayer();
                var brush = new Brush(Canvas, paint, blocks.Aggregate((one, other) => one.Joined(other)), Map, rng);
                brush.Fill(paint.Height, 0);
                brush.Gloss(0.1f);
                piece.Material.Paint(brush);
                Each(blocks, (x, y, at) => Lay(piece, paint, x, y, at, pixels, shadow));
                Canvas.Return(paint);
                break;
        }
    }

    /// <summary>The small squares of a box that a shape, with its shadow, can touch: a distance changes by no more than the way walked.</summary>
    private List<Box> Blocks(Shape shape, Box box, float pixels, float margin)
    {
        const int Edge = 8;
        var blocks = new List<Box>();
        var reach = (Edge * 0.71f * 1.5f) + margin + 2;
        for (var y = box.Top; y < box.Bottom; y += Edge)
        {
            for (var x = box.Left; x < box.Right; x += Edge)
            {
                var (u, v) = Map.Apply(x + (Edge / 2), y + (Edge / 2));
                if (shape.Distance(u, v) * pixels < reach)
                {
                    blocks.Add(new Box(x, y, Math.Min(x + Edge, box.Right), Math.Min(y + Edge, box.Bottom)));
                }
            }
        }
        return blocks;
    }

    private void Each(List<Box> blocks, Action<int, int, int> paint)
    {
        foreach (var block in blocks)
        {
            for (var y = block.Top; y < block.Bottom; y++)
            {
                for (var x = block.Left; x < block.Right; x++)
                {
                    paint(x, y, (y * Side) + x);
                }
            }
        }
    }

    private void Lay(Piece piece, Layer paint, int x, int y, int at, float pixels, (float X, float Y) shadow)
    {
        var (u, v) = Map.Apply(x, y);
        var distance = piece.Shape.Distance(u, v);
        var alpha = Math.Clamp(0.5f - (distance * pixels), 0, 1) * piece.Cover;
        if (piece.Shadow > 0 && alpha < 1)
        {
            Darken(at, piece.Shape.Distance(u - (shadow.X * piece.Shadow), v - (shadow.Y * piece.Shadow)), distance, piece.Shadow);
        }
        if (alpha <= 0)
        {
            return;
        }
        Top.Blend(at, paint.ColourAt(at), alpha);
        Top.Gloss[at] += (paint.Gloss[at] - Top.Gloss[at]) * alpha;
        if (piece.Relief == Relief.Print)
        {
            return;
        }
        var height = Rise(piece, -distance) + paint.Height[at];
        Top.Height[at] += (height - Top.Height[at]) * alpha;
        if (piece.Role != Role.Backdrop)
        {
            Part[at] = MathF.Max(Part[at], alpha);
            Depth[at] = Depth[at] >= FarInside ? -distance : MathF.Max(Depth[at], -distance);
        }
    }

    private static float Rise(Piece piece, float depth)
    {
        var t = Math.Clamp(depth / piece.Slope, 0, 1);
        return piece.Height * (piece.Relief == Relief.Dome ? MathF.Sqrt(1 - ((1 - t) * (1 - t))) : t * t * (3 - (2 * t)));
    }

    /// <summary>A soft cast shadow, and the dark line where two things touch.</summary>
    private void Darken(int at, float cast, float distance, float reach)
    {
        var soft = Math.Clamp(0.5f - (cast / reach), 0, 1);
        var touch = Math.Clamp(1 - (distance / (0.35f * reach)), 0, 1);
        Top.Multiply(at, (1 - (0.45f * soft)) * (1 - (0.35f * touch * touch)));
    }

    private void Open(Piece piece, int x, int y, int at, float pixels)
    {
        var (u, v) = Map.Apply(x, y);
        var distance = piece.Shape.Distance(u, v);
        Depth[at] = MathF.Min(Depth[at], distance);
        var alpha = Math.Clamp(0.5f - (distance * pixels), 0, 1);
        if (alpha > 0)
        {
            // Deep down little light arrives, least of all beside the wall.
            var light = 1 - (piece.Cover * 0.6f * Math.Clamp(1 + (distance / MathF.Max(1, piece.Slope)), 0, 1));
            Top.Blend(at, Behind.ColourAt(at) * light, alpha);
            Top.Gloss[at] *= 1 - alpha;
            Top.Height[at] += (-piece.Height - Top.Height[at]) * alpha;
            Part[at] *= 1 - alpha;
        }
    }

    private void Engrave(Piece piece, int x, int y, int at, float pixels)
    {
        var (u, v) = Map.Apply(x, y);
        var distance = piece.Shape.Distance(u, v);
        if (distance * pixels < 0.5f)
        {
            var alpha = Math.Clamp(0.5f - (distance * pixels), 0, 1);
            Top.Height[at] -= Rise(piece, -distance) * alpha;
            Top.Multiply(at, 1 - (alpha * piece.Cover));
        }
    }
}
