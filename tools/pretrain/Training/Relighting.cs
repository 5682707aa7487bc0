using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Training;

/// <summary>How one image's brightness differs from what was drawn: another exposure, another curve of the camera.</summary>
/// <param name="Gain">Light that falls in, 1: as drawn. What goes beyond white is lost.</param>
/// <param name="Contrast">About the image's mean.</param>
/// <param name="Gamma">Power of the curve, 1: as drawn.</param>
internal readonly record struct Relighting(float Gain, float Contrast, float Gamma)
{
    private const int Levels = 256;

    /// <summary>How far the images of one product differ: not at all, as one fixture's do, or as several exposures of it do.</summary>
    public static float Spread(Rng rng)
    {
        var share = rng.Unit();
        return share < 0.3f ? 0 : share < 0.65f ? 0.1f : rng.Range(0.15f, 0.45f);
    }

    /// <param name="spread">Standard deviation of the gain's logarithm; contrast and curve differ by half and a third of it.</param>
    public static Relighting Draw(Rng rng, float spread) => spread == 0
        ? new Relighting(1, 1, 1)
        : new Relighting(
            MathF.Exp(Math.Clamp(spread * rng.Normal(), -0.9f, 0.6f)), MathF.Exp(spread / 2 * rng.Range(-1, 1)), MathF.Exp(spread / 3 * rng.Normal()));

    /// <summary>The new value, 0 to 1, of each of 256 old ones.</summary>
    /// <param name="mean">Of the image, 0 to 1.</param>
    public float[] Curve(float mean)
    {
        var curve = new float[Levels];
        for (var level = 0; level < Levels; level++)
        {
            var value = level / (Levels - 1f);
            if (this != new Relighting(1, 1, 1))
            {
                value = Math.Clamp(((value - mean) * Contrast) + mean, 0, 1);
                value = Math.Clamp(Gain * MathF.Pow(value, Gamma), 0, 1);
            }
            curve[level] = value;
        }
        return curve;
    }
}
