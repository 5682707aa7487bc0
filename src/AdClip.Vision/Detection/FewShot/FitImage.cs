using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>An image of a fit.</summary>
/// <param name="Sha256">Of its file.</param>
/// <param name="Views">Its tokens, then those of further views.</param>
/// <param name="IsAnomaly">Its truth.</param>
/// <param name="Class">Its kind of defect.</param>
/// <param name="Coverage">Defective part of each patch, [T]; null for good images and those without a mask.</param>
internal sealed record FitImage(string Sha256, IReadOnlyList<ImageTokens> Views, bool IsAnomaly, string? Class, float[]? Coverage)
{
    private const int LeastGood = 2;

    public ImageTokens Tokens => Views[0];

    /// <summary>Good images first, each kind by hash, so that a fit does not depend on the order in which images are given.</summary>
    /// <exception cref="RefusedInputException">Too few good images, tokens of another encoder, a mask of another size.</exception>
    public static FitImage[] From(IReadOnlyList<LabelledTokens> images, FitContext model, FitOptions options)
    {
        FitImage[] found = [.. images.GroupBy(image => image.Sha256)
            .Select(views => From([.. views], model, options))
            .OfType<FitImage>()
            .OrderBy(image => image.IsAnomaly)
            .ThenBy(image => image.Sha256, StringComparer.Ordinal)];
        var good = found.Count(image => !image.IsAnomaly);
        return good >= LeastGood
            ? found
            : throw new RefusedInputException(
                RefusalCode.FitGoodImagesTooFew, $"{good} good images are too few to learn from; add until there are {LeastGood}, better 10.", good, LeastGood);
    }

    // Null where every drawn defect lies outside what is inspected: neither a good image nor a defective one.
    private static FitImage? From(LabelledTokens[] views, FitContext model, FitOptions options)
    {
        var first = views[0];
        foreach (var view in views)
        {
            if (view.Tokens.EncoderId != model.EncoderId)
            {
                throw new RefusedInputException(
                    RefusalCode.TokensOfAnotherEncoder,
                    $"These tokens come from encoder {view.Tokens.EncoderId}, the detector uses {model.EncoderId}; encode the image again.",
                    view.Tokens.EncoderId,
                    model.EncoderId);
            }
            if (view.Mask is { } mask && mask.Length != model.Side * model.Side)
            {
                throw new RefusedInputException(
                    RefusalCode.FitMaskSizeWrong, $"A mask of {mask.Length} pixels does not fit the model's square of {model.Side} x {model.Side}; resize it.",
                    mask.Length, model.Side);
            }
        }
        var whole = first is { IsAnomaly: true, Mask: { } drawn } ? PatchRows.Coverage(drawn, model.Side, model.Grid) : null;
        var coverage = whole is null ? null : model.OnlyInspected(whole);
        if (coverage is not null && whole!.AsSpan().ContainsAnyExcept(0f) && !coverage.AsSpan().ContainsAnyExcept(0f))
        {
            return null;
        }
        return new FitImage(
            first.Sha256, options.RotatesPart ? [.. views.Select(view => view.Tokens)] : [first.Tokens], first.IsAnomaly, first.IsAnomaly ? first.Class : null,
            coverage is not null && coverage.AsSpan().ContainsAnyExcept(0f) ? coverage : null);
    }
}
