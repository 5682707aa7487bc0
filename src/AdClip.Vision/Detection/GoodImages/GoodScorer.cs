using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Compares images with good ones alone: distance of each patch to the nearest good patch. Immutable; safe for concurrent calls.</summary>
/// <remarks>
/// Distances are Euclidean, in the subspace of the good patches' principal components. The score is the mean of the largest hundredth of them.
/// The map shows d^p / (d^p + u^p) with u the <see cref="GoodFitReport.UsualDistance"/> and p the <see cref="GoodFitReport.Steepness"/>: one
/// half where a patch is as far from good ones as hardly any good patch is, a tenth where it is as far as they typically are. Source: patch
/// banks as in PatchCore (Roth et al., CVPR 2022), components as in SubspaceAD, measured in docs/decisions/0026-good-images.md.
/// </remarks>
public sealed class GoodScorer : ITokenScorer
{
    private readonly PatchLayers _layers;

    internal GoodScorer(PatchLayers layers, GoodSubspace subspace, GoodBank bank, GoodFitReport report)
        => (_layers, Subspace, Bank, Report) = (layers, subspace, bank, report);

    /// <summary>What was found out about the good images.</summary>
    public GoodFitReport Report { get; }

    /// <inheritdoc/>
    public InspectionRegions Regions => _layers.Model.Regions;

    /// <summary>Files of the good images, in hexadecimal, rising.</summary>
    public IReadOnlyList<string> Good => [.. Bank.Images.Select(image => image.Sha256)];

    internal GoodSubspace Subspace { get; }

    internal GoodBank Bank { get; }

    internal FewShot.FitContext Model => _layers.Model;

    /// <summary>Scores one image.</summary>
    /// <returns>
    /// The distance as score and few-shot score, 0 to 2; zero-shot score and class probability, which are of words, are 0. Of the only
    /// good image, which would be compared with itself alone: few-shot score null, score 0, nothing on the map.
    /// </returns>
    /// <param name="tokens">From the encoder that the scorer was made for.</param>
    /// <param name="sha256">Of the image's file in hexadecimal, so that it is not compared with itself; null if unknown.</param>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    public Detection Score(ImageTokens tokens, string? sha256)
    {
        var model = _layers.Model;
        var rows = PatchLayers.Wide(_layers.Rows(tokens));
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, model.Grid * model.Grid * Subspace.Width);
        if (Bank.Distances(Subspace.Apply(rows), sha256) is not { } distances)
        {
            return new Detection(0, 0, null, 0, new AnomalyMap(model.Side, model.Side, new float[model.Side * model.Side]));
        }
        var score = (float)model.Pool(distances);
        return new Detection(score, 0, score, 0, new AnomalyMap(model.Side, model.Side, model.Map([.. distances.Select(Shown)])));
    }

    /// <summary>Writes it as a file that <see cref="DetectionModel.ReadGoodScorer"/> reads back to the bit: the same scorer gives the same bytes.</summary>
    public void Write(Stream stream) => GoodFile.Write(this, stream);

    private float Shown(float distance)
    {
        // By products alone, which are the same on every processor.
        var (ratio, power) = (distance / Report.UsualDistance, 1.0);
        for (var i = 0; i < Report.Steepness; i++)
        {
            power *= ratio;
        }
        return double.IsPositiveInfinity(power) ? 1 : (float)(power / (power + 1));
    }
}
