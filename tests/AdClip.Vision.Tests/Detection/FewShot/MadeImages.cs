using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.FewShot;

/// <summary>Tokens of images that never were: good patches around a few directions, defects away from them.</summary>
internal static class MadeImages
{
    public const int Grid = 6;
    public const int Side = 48;
    public const int Width = 16;
    public const int DefectPatch = 14;
    private const int PatchSide = Side / Grid;

    public static FitContext Model { get; } = new("made", Side, Grid, ScoringScheme.AnomalyClip([1, 2]) with { TopFraction = 0.06 });

    public static TextPair Texts { get; } = new(Unit(new Random(1)), Unit(new Random(2)));

    public static LabelledTokens[] Set(int good, int defective, string[]? classes = null, bool masks = true)
        => [.. Enumerable.Range(0, good).Select(i => new LabelledTokens($"good{i}", Tokens(i, null), false, null, null)),
            .. Enumerable.Range(0, defective).Select(i =>
            {
                var kind = classes is null ? 0 : i % classes.Length;
                return new LabelledTokens($"bad{i}", Tokens(1000 + i, kind), true, classes?[kind], masks ? Mask() : null);
            })];

    /// <summary>An image; a defect of this kind covers two patches.</summary>
    /// <param name="noise">How unlike images are.</param>
    /// <param name="tint">What a defect changes in every patch.</param>
    public static ImageTokens Tokens(int seed, int? defect, float noise = 1, float tint = 0)
    {
        var random = new Random(seed);
        var layers = new LayerTokens[2];
        for (var layer = 0; layer < 2; layer++)
        {
            var values = new float[((Grid * Grid) + 1) * Width];
            for (var i = 0; i < values.Length; i++)
            {
                var (row, d) = (i / Width, i % Width);
                var patch = row - 1;
                var isDefect = defect is not null && patch is DefectPatch or DefectPatch + 1 && defect is not null;
                values[i] = (d == row % 4 ? 3 : 0) + (isDefect && d == 8 + defect!.Value ? 2.5f : 0)
                    + (noise * (float)(random.NextDouble() - 0.5)) + (defect is not null && d == 12 ? tint : 0);
            }
            layers[layer] = new LayerTokens(layer + 1, values);
        }
        return new ImageTokens("made", Grid, Width, Unit(random), layers).RoundedToHalf();
    }

    public static byte[] Mask()
    {
        var mask = new byte[Side * Side];
        for (var y = DefectPatch / Grid * PatchSide; y < ((DefectPatch / Grid) + 1) * PatchSide; y++)
        {
            mask.AsSpan((y * Side) + (DefectPatch % Grid * PatchSide), 2 * PatchSide).Fill(1);
        }
        return mask;
    }

    private static float[] Unit(Random random)
        => UnitVectors.Normalise([.. Enumerable.Range(0, Width).Select(_ => (float)(random.NextDouble() - 0.5))], Width);
}
