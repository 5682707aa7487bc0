namespace AdClip.Pretrain.Generation;

/// <summary>A colour, each part about 0 (black) to 1 (white), as a display would show it.</summary>
internal readonly record struct Tint(float R, float G, float B)
{
    public float Level => (0.299f * R) + (0.587f * G) + (0.114f * B);

    public static Tint Grey(float level) => new(level, level, level);

    /// <summary>A grey with a trace of colour, as metals and minerals have.</summary>
    public static Tint NearGrey(Rng rng, float low, float high, float trace = 0.03f)
    {
        var level = rng.Range(low, high);
        var warm = rng.Normal() * trace;
        return new Tint(level * (1 + warm), level * (1 + (rng.Normal() * trace * 0.3f)), level * (1 - warm));
    }

    /// <param name="hue">Turns: 0 red, 1/3 green, 2/3 blue.</param>
    public static Tint Of(float hue, float saturation, float level)
    {
        float Part(float offset)
        {
            var k = (offset + (hue * 6)) % 6;
            k = k < 0 ? k + 6 : k;
            return level * (1 - (saturation * MathF.Max(0, MathF.Min(1, MathF.Min(k, 4 - k)))));
        }
        return new Tint(Part(5), Part(3), Part(1));
    }

    public static Tint Any(Rng rng) => rng.Chance(0.35f) ? NearGrey(rng, 0.06f, 0.95f) : Of(rng.Unit(), rng.Range(0.1f, 0.85f), rng.Range(0.15f, 0.95f));

    public static Tint operator *(Tint tint, float gain) => new(tint.R * gain, tint.G * gain, tint.B * gain);

    public static Tint Mix(Tint a, Tint b, float share) => new(a.R + ((b.R - a.R) * share), a.G + ((b.G - a.G) * share), a.B + ((b.B - a.B) * share));
}
