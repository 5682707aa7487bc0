using AdClip.Vision.Metrics.Calibration;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>A detector made from the tokens of a handful of labelled images; no encoder runs. Immutable; safe for concurrent calls.</summary>
/// <remarks>
/// The score is a weighted sum of standardised parts: 0 for the mean good image, in units of the spread within a kind. The map is on
/// a scale of its own that means the same for every fitted detector: one half is what one good patch of a thousand exceeds,
/// if not more.
/// </remarks>
public sealed class FittedDetector : ITokenScorer
{
    internal FittedDetector(FittedParts parts, Fusion fusion, MapScale map, ScoreCalibration? calibration, LearnedClasses? classes, FitReport report)
        => (Parts, Fusion, Map, Calibration, Classes, Report) = (parts, fusion, map, calibration, classes, report);

    /// <summary>What was chosen, and how good it is on images that it did not see. Feedback does not change it.</summary>
    public FitReport Report { get; }

    /// <summary>What it inspects. A caller who knows an image's size asks them first whether they fit it.</summary>
    public InspectionRegions Regions => Parts.Model.Regions;

    internal FittedParts Parts { get; }

    internal Fusion Fusion { get; }

    internal MapScale Map { get; }

    internal ScoreCalibration? Calibration { get; }

    internal LearnedClasses? Classes { get; }

    /// <summary>Fits a detector.</summary>
    /// <param name="texts">What "normal" and "abnormal" mean.</param>
    /// <param name="model">From <see cref="DetectionModel.FitContext"/>.</param>
    /// <param name="images">Good and defective images, in any order.</param>
    /// <param name="options">What may be used.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="folds">
    /// Where the texts were learned from the same images: texts that did not see each of them, so
    /// that it can judge. Null: the texts saw none.
    /// </param>
    /// <exception cref="RefusedInputException">Fewer than two good images, tokens of another encoder, a mask that does not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static FittedDetector Fit(
        TextPair texts, FitContext model, IReadOnlyList<LabelledTokens> images, FitOptions options,
        IProgress<FitProgress>? progress, CancellationToken cancel, FoldTexts? folds = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        return new Fitting(texts, model, images, options, folds, progress, cancel).Run();
    }

    /// <summary>Scores one image.</summary>
    /// <param name="tokens">From the model's encoder.</param>
    /// <param name="sha256">
    /// Of the image's file in hexadecimal, so that it is not compared with its own patches; null if unknown. Heads have seen the images of
    /// the fit: what they say of one of those is in <see cref="Report"/>, not here.
    /// </param>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    public Detection Score(ImageTokens tokens, string? sha256)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var text = Parts.Text(tokens);
        var values = Parts.Values(tokens, sha256, text, part => Fusion.Weights[(int)part] > 0 || Map.Weights[(int)part] > 0);
        var score = Fusion.Score(part => values[part]?.Score ?? Fusion.Standards[part].Mean);
        var shown = Map.Shown(part => values[part]?.Patches ?? Neutral(part, text.Patches.Length));
        var probability = Calibration?.Probability(score);
        var detection = new Detection(
            (float)score, text.ZeroShotScore, (float?)values[(int)FitPart.Bank]?.Score,
            text.ClassProbability, new AnomalyMap(Parts.Model.Side, Parts.Model.Side, Parts.Model.Map(shown)));
        return probability is { } anomalous && Classes is { } classes
            ? detection with { Probability = anomalous, ClassProbabilities = classes.Probabilities(tokens, Parts.Model.OnlyInspected(shown), anomalous) }
            : detection;
    }

    /// <summary>The detector after people spoke of regions. Choices, weights and scales stay; going back is keeping the one before.</summary>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    /// <exception cref="ArgumentException">A region without patches, or with a patch that is not there.</exception>
    public FittedDetector With(IReadOnlyList<RegionFeedback> feedback)
    {
        ArgumentNullException.ThrowIfNull(feedback);
        var (fusion, map) = feedback.Any(said => said.IsDefect) ? (Fusion.WithDefects(Parts.Usual), Map.WithDefects(Parts.Usual)) : (Fusion, Map);
        return new FittedDetector(Feedback.Apply(Parts, feedback), fusion, map, Calibration, Classes, Report);
    }

    /// <summary>Writes all of it; the stream stays open.</summary>
    public void Write(Stream stream) => FittedFile.Write(this, stream);

    /// <summary>Reads what <see cref="Write"/> wrote; scores are the same to the last bit.</summary>
    /// <param name="stream">To its end.</param>
    /// <param name="model">The model that it was fitted on; what is inspected the file says.</param>
    /// <exception cref="RefusedInputException">Not such a file, damaged, of another version or another encoder.</exception>
    public static FittedDetector Read(Stream stream, FitContext model) => FittedFile.Read(stream, model);

    // A part that has nothing left to compare with says what it says of the mean good image.
    private float[] Neutral(int part, int patches)
    {
        var values = new float[patches];
        Array.Fill(values, (float)Map.Standards[part].Mean);
        return values;
    }
}
