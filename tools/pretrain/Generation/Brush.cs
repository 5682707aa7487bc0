namespace AdClip.Pretrain.Generation;

/// <summary>Paints a material into a box of a layer, in the product's own coordinates (256 units to the nominal picture, 0 in the middle).</summary>
/// <param name="Map">Pixel to product coordinates.</param>
/// <param name="Rng">Of this very piece: two pieces of one material differ.</param>
internal sealed record Brush(Canvas Canvas, Layer Layer, Box Box, Affine Map, Rng Rng)
{
    public int Side => Layer.Side;

    public float[] Rent() => Canvas.Rent();

    public void Return(float[] plane) => Canvas.Return(plane);

    /// <summary>
    /// Adds noise whose features are <paramref name="cell"/> units wide and <paramref name="stretch"/>
    /// times as long along <paramref name="angle"/>.
    /// </summary>
    public void Noise(float[] plane, NoiseTile tile, float cell, float gain, float stretch = 1, float angle = 0)
    {
        var scale = tile.Cell / cell;
        tile.Add(plane, Side, Box, Map.Then(angle, scale / stretch, scale, Rng.Range(0, NoiseTile.Size), Rng.Range(0, NoiseTile.Size)), gain);
    }

    /// <summary>Adds octaves of smooth noise, each half as wide and <paramref name="keep"/> times as strong.</summary>
    public void Fractal(float[] plane, float cell, int octaves, float gain, float keep = 0.55f, float stretch = 1, float angle = 0)
    {
        for (var octave = 0; octave < octaves; octave++)
        {
            Noise(plane, NoiseTiles.Smooth(Rng), cell, gain, stretch, angle);
            cell *= 0.5f;
            gain *= keep;
        }
    }

    public void Fill(float[] plane, float value)
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            plane.AsSpan((y * Side) + Box.Left, Box.Width).Fill(value);
        }
    }

    public void Gloss(float value) => Fill(Layer.Gloss, value);

    /// <summary>Height = gain x plane, nothing else.</summary>
    public void Height(float[] plane, float gain)
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            for (var at = (y * Side) + Box.Left; at < (y * Side) + Box.Right; at++)
            {
                Layer.Height[at] = gain * plane[at];
            }
        }
    }

    /// <summary>A plain colour, with <paramref name="tone"/> as relative brightness about 0.</summary>
    public void Colour(float[] tone, Tint tint, float gain)
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            for (var at = (y * Side) + Box.Left; at < (y * Side) + Box.Right; at++)
            {
                var level = MathF.Max(0.05f, 1 + (gain * tone[at]));
                Layer.R[at] = tint.R * level;
                Layer.G[at] = tint.G * level;
                Layer.B[at] = tint.B * level;
            }
        }
    }

    /// <summary>From <paramref name="low"/> where the tone is 0 to <paramref name="high"/> where it is 1.</summary>
    public void Colour(float[] tone, Tint low, Tint high)
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            for (var at = (y * Side) + Box.Left; at < (y * Side) + Box.Right; at++)
            {
                var share = Math.Clamp(tone[at], -0.3f, 1.3f);
                Layer.R[at] = low.R + ((high.R - low.R) * share);
                Layer.G[at] = low.G + ((high.G - low.G) * share);
                Layer.B[at] = low.B + ((high.B - low.B) * share);
            }
        }
    }

    /// <summary>Runs over the box; the function gets the pixel and its product coordinates.</summary>
    public void Each(Action<int, float, float> paint)
    {
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            for (var x = Box.Left; x < Box.Right; x++)
            {
                var (u, v) = Map.Apply(x, y);
                paint((y * Side) + x, u, v);
            }
        }
    }

    /// <summary>The same, in coordinates turned by <paramref name="angle"/>.</summary>
    public void Each(float angle, Action<int, float, float> paint)
    {
        var map = Map.Then(angle, 1, 1, 0, 0);
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            for (var x = Box.Left; x < Box.Right; x++)
            {
                var (u, v) = map.Apply(x, y);
                paint((y * Side) + x, u, v);
            }
        }
    }
}
