using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Metrics;
using AdClip.Vision.Training;

namespace AdClip.Cli;

/// <summary>A detector made from the images of a stage.</summary>
/// <param name="Score">Scores an image that it did not learn from.</param>
/// <param name="OutOfFold">Scores of the images that it learned from, each made without that image, and their truth.</param>
internal sealed record StageDetector(Func<EncodedImage, Detection> Score, IReadOnlyList<(double Score, bool IsAnomaly)> OutOfFold)
{
    public const string Default = "fitted";

    public static string[] Names { get; } = ["text", "bank", "prompts", Default];

    /// <summary>Largest F1 over thresholds on the out-of-fold scores, and its threshold; null with one kind of image only.</summary>
    public CurvePoint? Best => OutOfFold.Any(image => image.IsAnomaly) && OutOfFold.Any(image => !image.IsAnomaly)
        ? PrecisionRecallCurve.FromScores([.. OutOfFold.Select(image => image.Score)], [.. OutOfFold.Select(image => image.IsAnomaly)]).BestF1
        : null;

    public static StageDetector Make(string name, ClipDetector model, DatasetTokens tokens, PromptSettings prompts, IReadOnlyList<EncodedImage> learned, int seed, CancellationToken cancel)
    {
        switch (name)
        {
            case "text":
                return Of(model.CreateScorer(prompts, []));
            case "bank":
                return Of(model.CreateScorer(prompts, [.. learned.Where(image => !image.Image.IsAnomaly).Select(image => new Reference(image.Sha256, tokens.Load(image)))]));
            case "prompts":
                return Prompts();
            default:
                var fitted = FittedDetector.Fit(
                    model.EncodePrompts(prompts), model.FitContext,
                    [.. learned.Select(image => new LabelledTokens(image.Sha256, tokens.Load(image), image.Image.IsAnomaly, image.Image.DefectClass, image.Mask))],
                    new FitOptions(Seed: seed), null, cancel);
                return new StageDetector(image => fitted.Score(tokens.Load(image), image.Sha256), [.. fitted.Report.Scores.Select(image => (image.Score, image.IsAnomaly))]);
        }

        // Neither texts nor a bank without the image itself learn from the image that is scored.
        StageDetector Of(Scorer scorer) => new(
            image => scorer.Score(tokens.Load(image), image.Sha256),
            [.. learned.Select(image => ((double)scorer.Score(tokens.Load(image), image.Sha256).Score, image.Image.IsAnomaly))]);

        StageDetector Prompts()
        {
            var folder = Directory.CreateTempSubdirectory("adclip-prompts-").FullName;
            try
            {
                using var trainer = new PromptTrainer(model, tokens.Items(learned), TrainingSettings.AnomalyClip with { Seed = seed, Prompts = PromptShape.For(model) });
                var outcome = trainer.Train(folder, cancel: cancel);
                var scorer = model.CreateScorer(new PromptSettings(PromptKind.Learned, CheckpointFile: outcome.BestFile), []);
                return new StageDetector(image => scorer.Score(tokens.Load(image), image.Sha256), [.. outcome.Best.HeldOut.Select(image => (image.Score, image.IsAnomaly))]);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
