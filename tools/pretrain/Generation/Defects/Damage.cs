using AdClip.Pretrain.Generation.Camera;

namespace AdClip.Pretrain.Generation.Defects;

/// <summary>One defect in the making: a copy of the scene's surface to spoil, and how much of each pixel is spoilt.</summary>
internal sealed class Damage(Scene scene, Material material, Rng rng, float area) : IDisposable
{
    public Scene Scene { get; } = scene;

    /// <summary>What the product is mostly made of.</summary>
    public Material Material { get; } = material;

    public Rng Rng { get; } = rng;

    /// <summary>Wanted share of the picture.</summary>
    public float Area { get; } = area;

    public int Side => Scene.Side;

    /// <summary>The surface, to be changed where <see cref="Cover"/> is above 0 and nowhere else.</summary>
    public Layer Layer { get; } = Copy(scene);

    /// <summary>0: untouched; above one half: the defect itself; between: its soft border or shadow.</summary>
    public float[] Cover { get; } = scene.Canvas.Rent();

    /// <summary>Pixels of a unit.</summary>
    public float Px => Scene.Canvas.PixelsPerUnit;

    /// <summary>Radius in pixels of a disc of the wanted area.</summary>
    public float Radius => Side * MathF.Sqrt(Area / MathF.PI);

    public void Dispose()
    {
        Scene.Canvas.Return(Layer);
        Scene.Canvas.Return(Cover);
    }

    /// <summary>True: litter beside the product instead of a defect of it.</summary>
    public bool Beside { get; init; }

    /// <summary>A pixel of the product; null where there is hardly any.</summary>
    public (float X, float Y)? Place()
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var at = Rng.Below(Side * Side);
            if (Beside ? Scene.Part[at] < 0.05f : Scene.Part[at] > 0.6f)
            {
                return (at % Side, at / Side);
            }
        }
        return null;
    }

    /// <summary>A pixel on an outline of the product, with the direction out of it; of a product without one, on the picture's border.</summary>
    public (float X, float Y, float OutX, float OutY)? Edge()
    {
        var start = Rng.Below(Side * Side);
        const int Step = 7919;
        var depth = Scene.Depth;
        for (int attempt = 0, at = start; attempt < Side * Side; attempt++, at = (at + Step) % (Side * Side))
        {
            var (x, y) = (at % Side, at / Side);
            if (depth[at] is > 0 and < 1.6f && x > 3 && y > 3 && x < Side - 4 && y < Side - 4)
            {
                var (gx, gy) = (depth[at - 3] - depth[at + 3], depth[at - (3 * Side)] - depth[at + (3 * Side)]);
                var length = MathF.Sqrt((gx * gx) + (gy * gy));
                if (length > 0.5f)
                {
                    return (x, y, gx / length, gy / length);
                }
            }
        }
        if (depth[0] < 500)
        {
            return null;
        }
        var along = Rng.Range(0.05f, 0.95f) * Side;
        return Rng.Below(4) switch
        {
            0 => (0, along, -1, 0),
            1 => (Side - 1, along, 1, 0),
            2 => (along, 0, 0, -1),
            _ => (along, Side - 1, 0, 1),
        };
    }

    /// <summary>Covers an ellipse with an irregular border.</summary>
    /// <param name="rough">Depth of the border's bays, of the radius.</param>
    /// <param name="soft">Width of the border, of the radius.</param>
    public Box Blob(float x, float y, float radiusX, float radiusY, float angle, float rough, float soft, float strength = 1)
    {
        var reach = MathF.Max(radiusX, radiusY) * (1 + (2.2f * rough) + soft);
        var box = Box.Around(x, y, reach + 1, Side);
        var (sin, cos) = MathF.SinCos(angle);
        var tile = NoiseTiles.Smooth(Rng);
        var (du, dv) = (Rng.Range(0, 512), Rng.Range(0, 512));
        // Bays of about half the radius and finer ones.
        var scale = tile.Cell / 0.7f;
        soft = MathF.Max(soft, 0.7f / MathF.Min(radiusX, radiusY));
        var fine = Rng.Range(0, 0.4f);
        for (var py = box.Top; py < box.Bottom; py++)
        {
            for (var px = box.Left; px < box.Right; px++)
            {
                var u = (((px - x) * cos) + ((py - y) * sin)) / radiusX;
                var v = (((py - y) * cos) - ((px - x) * sin)) / radiusY;
                var radius = MathF.Sqrt((u * u) + (v * v));
                if (rough > 0)
                {
                    radius += rough * (tile.At((u * scale) + du, (v * scale) + dv) + (0.45f * tile.At((u * 2.7f * scale) + dv, (v * 2.7f * scale) + du))
                        + (fine * tile.At((u * 6.1f * scale) - du, (v * 6.1f * scale) + dv)));
                }
                var t = Math.Clamp((1 + soft - radius) / (2 * soft), 0, 1);
                ref var cover = ref Cover[(py * Side) + px];
                cover = MathF.Max(cover, strength * t * t * (3 - (2 * t)));
            }
        }
        return box;
    }

    /// <summary>Points along a wandering line, one every step pixels.</summary>
    /// <param name="bend">Curvature that lasts, in radians per step.</param>
    /// <param name="jitter">Sudden turns, in radians per step.</param>
    public List<(float X, float Y)> Path(float x, float y, float heading, float length, float step, float bend, float jitter)
    {
        var points = new List<(float X, float Y)> { (x, y) };
        var turn = Rng.Normal() * bend;
        for (var done = 0f; done < length; done += step)
        {
            turn = (0.85f * turn) + (0.5f * bend * Rng.Normal());
            heading += turn;
            var now = heading + (Rng.Normal() * jitter);
            x += step * MathF.Cos(now);
            y += step * MathF.Sin(now);
            points.Add((x, y));
        }
        return points;
    }

    /// <summary>Covers a stroke.</summary>
    /// <param name="width">Pixels at 0 (start) to 1 (end).</param>
    public void Stroke(List<(float X, float Y)> points, Func<float, float> width, float strength = 1) => Stroke(Cover, points, width, strength);

    public void Stroke(float[] plane, List<(float X, float Y)> points, Func<float, float> width, float strength)
    {
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (ax, ay) = points[i];
            var (bx, by) = points[i + 1];
            var half = width((i + 0.5f) / points.Count) / 2;
            if (half <= 0)
            {
                continue;
            }
            // Thinner than a pixel: as wide as one, but fainter.
            var full = strength * MathF.Min(1, 2 * half);
            var (ex, ey) = (bx - ax, by - ay);
            var scale = 1 / MathF.Max(1e-6f, (ex * ex) + (ey * ey));
            var box = Box.Around(ax, ay, 0, Side).Joined(Box.Around(bx, by, 0, Side)).Grown((int)half + 2, Side);
            half = MathF.Max(half, 0.5f);
            for (var y = box.Top; y < box.Bottom; y++)
            {
                for (var x = box.Left; x < box.Right; x++)
                {
                    var t = Math.Clamp((((x - ax) * ex) + ((y - ay) * ey)) * scale, 0, 1);
                    var (dx, dy) = (x - ax - (t * ex), y - ay - (t * ey));
                    var alpha = full * Math.Clamp(half + 0.5f - MathF.Sqrt((dx * dx) + (dy * dy)), 0, 1);
                    ref var cover = ref plane[(y * Side) + x];
                    cover = MathF.Max(cover, alpha);
                }
            }
        }
    }

    /// <summary>Nothing happens beside the product (of litter: nothing on it).</summary>
    public void KeepToPart()
    {
        for (var at = 0; at < Cover.Length; at++)
        {
            Cover[at] *= Beside ? 1 - Scene.Part[at] : Scene.Part[at];
        }
    }

    /// <summary>Runs over the covered pixels.</summary>
    public void Each(Action<int, float> spoil)
    {
        for (var at = 0; at < Cover.Length; at++)
        {
            if (Cover[at] > 0)
            {
                spoil(at, Cover[at]);
            }
        }
    }

    /// <summary>Smooth noise over the whole picture, features of <paramref name="cell"/> pixels; give it back.</summary>
    public float[] Noise(float cell, int octaves = 1)
    {
        var plane = Scene.Canvas.Rent();
        var gain = 1f;
        for (var octave = 0; octave < octaves; octave++)
        {
            var tile = NoiseTiles.Smooth(Rng);
            var scale = tile.Cell / cell;
            tile.Add(plane, Side, Box.Whole(Side), new Affine(scale, 0, 0, 0, scale, 0).Then(Rng.Angle(), 1, 1, Rng.Range(0, 512), Rng.Range(0, 512)), gain);
            cell *= 0.5f;
            gain *= 0.55f;
        }
        return plane;
    }

    public void Return(float[] plane) => Scene.Canvas.Return(plane);

    /// <summary>A shadow of the cover, one-sided; adds faint cover where it falls.</summary>
    public void CastShadow(float dx, float dy, float strength)
    {
        var shadow = Scene.Canvas.Rent();
        var scratch = Scene.Canvas.Rent();
        Cover.CopyTo(shadow, 0);
        GaussianBlur.Apply(shadow, scratch, Side, MathF.Max(0.6f, 0.6f * MathF.Sqrt((dx * dx) + (dy * dy))));
        var (ox, oy) = ((int)MathF.Round(dx), (int)MathF.Round(dy));
        for (var y = Math.Max(0, oy); y < Math.Min(Side, Side + oy); y++)
        {
            for (var x = Math.Max(0, ox); x < Math.Min(Side, Side + ox); x++)
            {
                var dark = shadow[((y - oy) * Side) + x - ox];
                var at = (y * Side) + x;
                if (dark > 0.02f)
                {
                    Layer.Multiply(at, 1 - (strength * dark * (1 - Cover[at])));
                    Cover[at] = MathF.Max(Cover[at], 0.3f * MathF.Min(1, 3 * dark));
                }
            }
        }
        Scene.Canvas.Return(shadow);
        Scene.Canvas.Return(scratch);
    }

    /// <summary>Moves the surface itself: each pixel takes what was <paramref name="shift"/> away, bilinearly.</summary>
    public void Warp(Box box, Func<float, float, (float X, float Y)> shift)
    {
        var top = Scene.Top;
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var x = box.Left; x < box.Right; x++)
            {
                var (dx, dy) = shift(x, y);
                var (sx, sy) = (Math.Clamp(x + dx, 0, Side - 1.001f), Math.Clamp(y + dy, 0, Side - 1.001f));
                var (ix, iy) = ((int)sx, (int)sy);
                var (fx, fy) = (sx - ix, sy - iy);
                var from = (iy * Side) + ix;
                var at = (y * Side) + x;
                Layer.R[at] = Sample(top.R, from, fx, fy);
                Layer.G[at] = Sample(top.G, from, fx, fy);
                Layer.B[at] = Sample(top.B, from, fx, fy);
                Layer.Height[at] = Sample(top.Height, from, fx, fy);
                Layer.Gloss[at] = Sample(top.Gloss, from, fx, fy);
            }
        }
    }

    private float Sample(float[] plane, int at, float fx, float fy)
    {
        var upper = plane[at] + ((plane[at + 1] - plane[at]) * fx);
        var lower = plane[at + Side] + ((plane[at + Side + 1] - plane[at + Side]) * fx);
        return upper + ((lower - upper) * fy);
    }

    private static Layer Copy(Scene scene)
    {
        var layer = scene.Canvas.RentLayer();
        scene.Top.CopyTo(layer);
        return layer;
    }
}
