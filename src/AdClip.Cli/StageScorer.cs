using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Baseline;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Cli;

/// <summary>A detector made from the images of a stage.</summary>
/// <param name="Score">Scores an image that it did not learn from.</param>
/// <param name="OutOfFold">Scores of the images that it learned from, each made without that image, and their truth.</param>
/// <param name="SecondsBefore">Time of what other detectors of the stage need too.</param>
internal sealed record StageScorer(Func<EncodedImage, Detection> Score, IReadOnlyList<(double Score, bool IsAnomaly)> OutOfFold, double SecondsBefore = 0)
{
    public const string Default = "fitted";
    public const string OfGoodImages = "good";
    private const string OfStatistics = "statistics";
    private const string Taught = "prompts";
    private const string FittedToTaught = "fitted-prompts";

    public static string[] Names { get; } = ["text", OfStatistics, "bank", OfGoodImages, Taught, Default, FittedToTaught];

    /// <summary>Whether a stage has what this detector learns from.</summary>
    public static bool CanLearn(string name, Stage stage) => name switch
    {
        Taught or FittedToTaught => stage is { Anomalies: > 0, Good: > 0 },
        OfStatistics or OfGoodImages or Default => stage.Good > 1,
        _ => true,
    };

    /// <summary>Whether a detector compares with texts.</summary>
    public static bool NeedsWords(string name) => name is not (OfStatistics or OfGoodImages);

    /// <summary>Does what several detectors of the stage need, once; its time is theirs.</summary>
    public static void Prepare(string name, StageInputs inputs, IReadOnlyList<EncodedImage> learned, int seed, CancellationToken cancel)
    {
        if (name is Taught or FittedToTaught)
        {
            inputs.Teach(learned, seed, cancel);
        }
    }

    public static StageScorer Make(string name, StageInputs inputs, IReadOnlyList<EncodedImage> learned, int seed, CancellationToken cancel)
    {
        var (model, tokens) = (inputs.Model, inputs.Tokens);
        switch (name)
        {
            case "text":
                return Of(model.CreateScorer(inputs.Prompts, []));
            case "bank":
                return Of(model.CreateScorer(inputs.Prompts, [.. Good().Select(image => new Reference(image.Sha256, tokens.Load(image)))]));
            case OfGoodImages:
                return Of(model.CreateGoodScorer(
                    [.. Good().Select(image => new GoodImage(image.Sha256, tokens.Load(image), orientation => tokens.Turned(image, orientation)))],
                    inputs.GoodOptions, cancel: cancel));
            case OfStatistics:
                var statistics = new StatisticsDetector([.. Good().Select(image => (image.Sha256, inputs.Statistics(image)))], model.FitContext);
                return LearnsNothingFrom(image => statistics.Score(inputs.Statistics(image), image.Sha256));
            case Taught:
                var prompts = inputs.Teach(learned, seed, cancel);
                var scorer = model.CreateScorer(prompts.Texts);
                return new StageScorer(
                    image => scorer.Score(tokens.Load(image), image.Sha256),
                    [.. prompts.HeldOut.Select(image => (image.Score, image.IsAnomaly))],
                    prompts.Seconds);
            case FittedToTaught:
                var taught = inputs.Teach(learned, seed, cancel);
                return Fitted(taught.Texts, taught.Folds, taught.Seconds);
            default:
                return Fitted(model.RequireWords().EncodePrompts(inputs.Prompts), null, 0);
        }

        IEnumerable<EncodedImage> Good() => learned.Where(image => !image.Image.IsAnomaly);

        StageScorer Of(ITokenScorer scorer) => LearnsNothingFrom(image => scorer.Score(tokens.Load(image), image.Sha256));

        // Neither texts nor a bank without the image itself learn from the image that is scored.
        StageScorer LearnsNothingFrom(Func<EncodedImage, Detection> score)
            => new(score, [.. learned.Select(image => ((double)score(image).Score, image.Image.IsAnomaly))]);

        StageScorer Fitted(TextPair texts, FoldTexts? folds, double secondsBefore)
        {
            var fitted = FittedDetector.Fit(
                texts, model.FitContext,
                [.. learned.Select(image => new LabelledTokens(image.Sha256, tokens.Load(image), image.Image.IsAnomaly, image.Image.DefectClass, image.Mask))],
                new FitOptions(Seed: seed), null, cancel, folds);
            return new StageScorer(
                image => fitted.Score(tokens.Load(image), image.Sha256),
                [.. fitted.Report.Scores.Select(image => (image.Score, image.IsAnomaly))],
                secondsBefore);
        }
    }
}
