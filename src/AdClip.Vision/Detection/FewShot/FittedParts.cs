using System.Numerics.Tensors;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a head learned from and how: enough to learn again with feedback.</summary>
/// <param name="Layer">Whose patches it sees.</param>
/// <param name="Strength">Of its ridge.</param>
/// <param name="Moments">Of all rows.</param>
/// <param name="Head">The result.</param>
internal sealed record FittedHead(int Layer, double Strength, HeadMoments Moments, LinearHead Head);

/// <summary>The parts of a fitted detector. Immutable.</summary>
/// <param name="Model">Whose tokens it scores.</param>
/// <param name="Texts">The two states.</param>
/// <param name="BankChoice">Layers of both banks.</param>
/// <param name="Good">Good patches.</param>
/// <param name="Defects">Defective patches; may be empty.</param>
/// <param name="SaidGood">Patches that people said are good: as near as the nearest of them is near, whatever other good images say.</param>
/// <param name="Usual">What good patches are usually apart.</param>
internal sealed record FittedParts(
    FitContext Model, TextPair Texts, BankChoice BankChoice, PatchBank Good, PatchBank Defects, PatchBank SaidGood, float Usual)
{
    /// <summary>Null without drawn anomalies.</summary>
    public FittedHead? PatchHead { get; init; }

    /// <summary>Null without anomalies.</summary>
    public FittedHead? ImageHead { get; init; }

    private readonly Scorer _text = new(Model.EncoderId, Model.Side, Model.Grid, Model.Scheme, Texts, (IReadOnlyList<Reference>)[], null);

    /// <summary>What the texts alone say.</summary>
    public PatchDetection Text(ImageTokens tokens) => _text.ScorePatches(tokens, null, Model.Inspected);

    /// <summary>What each part says about an image, by <see cref="FitPart"/>; null for a part that is missing or not wanted.</summary>
    public PartValues?[] Values(ImageTokens tokens, string? sha256, PatchDetection text, Func<FitPart, bool> wanted)
    {
        var values = new PartValues?[Enum.GetValues<FitPart>().Length];
        values[(int)FitPart.Text] = new PartValues(text.ZeroShotScore, text.Patches);
        float[][] rows = [.. BankChoice.Layers.Select(layer => PatchRows.Unit(tokens, layer, BankChoice.Radius))];
        if (Good.HasOtherThan(sha256) && (wanted(FitPart.Bank) || wanted(FitPart.AnomalyBank)))
        {
            var good = Good.Distances(rows, sha256);
            if (SaidGood.HasOtherThan(null))
            {
                TensorPrimitives.Min(good, SaidGood.Distances(rows, null), good);
            }
            values[(int)FitPart.Bank] = Pooled(good);
            if (wanted(FitPart.AnomalyBank) && Defects.HasOtherThan(sha256))
            {
                values[(int)FitPart.AnomalyBank] = Pooled(DefectNearness.Values(good, Defects.Distances(rows, sha256), Usual));
            }
        }
        if (wanted(FitPart.PatchHead) && PatchHead is { } patchHead)
        {
            values[(int)FitPart.PatchHead] = Pooled(patchHead.Head.Values(PatchRows.Unit(tokens, patchHead.Layer, 1)));
        }
        if (wanted(FitPart.ImageHead) && ImageHead is { } imageHead)
        {
            values[(int)FitPart.ImageHead] = new PartValues(
                imageHead.Head.Values(PatchRows.Mean(Model.InspectedRows(PatchRows.Unit(tokens, imageHead.Layer, 1)), tokens.Width))[0], null);
        }
        return values;
    }

    private PartValues Pooled(float[] patches) => new(Model.Pool(patches), patches);
}
