using System.Collections.Concurrent;
using System.Diagnostics;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Baseline;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Training;

namespace AdClip.Cli;

/// <summary>Texts that were learned from images.</summary>
/// <param name="Texts">The two states.</param>
/// <param name="HeldOut">Scores of the images by prompts that did not learn from them.</param>
/// <param name="Folds">The texts of those prompts; null where there were too few images for folds.</param>
/// <param name="Seconds">To learn them.</param>
internal sealed record TaughtTexts(TextPair Texts, IReadOnlyList<HeldOutScore> HeldOut, FoldTexts? Folds, double Seconds);

/// <summary>What detectors of stages are made from; what several of them need is made once.</summary>
internal sealed class StageInputs(DetectionModel model, DatasetTokens tokens, PromptSettings prompts, GoodOptions goodOptions)
{
    private readonly ConcurrentDictionary<string, float[]> _statistics = new(StringComparer.Ordinal);
    private readonly Dictionary<IReadOnlyList<EncodedImage>, TaughtTexts> _taught = new(ReferenceEqualityComparer.Instance);

    public DetectionModel Model => model;

    public DatasetTokens Tokens => tokens;

    public PromptSettings Prompts => prompts;

    public GoodOptions GoodOptions => goodOptions;

    public float[] Statistics(EncodedImage image) => _statistics.GetOrAdd(image.Sha256, _ => PatchStatistics.OfFile(image.Image.Path, model.Model));

    /// <summary>Prompts learned from these images as AnomalyCLIP does, best epoch out of fold.</summary>
    public TaughtTexts Teach(IReadOnlyList<EncodedImage> images, int seed, CancellationToken cancel)
    {
        if (_taught.TryGetValue(images, out var known))
        {
            return known;
        }
        var start = Stopwatch.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("adclip-prompts-").FullName;
        try
        {
            using var trainer = new PromptTrainer(
                model, tokens.Items(images), TrainingSettings.AnomalyClip with { Seed = seed, Prompts = PromptShape.For(model) });
            FinishedEpoch? chosen = null;
            foreach (var finished in trainer.Learn(folder, cancel: cancel))
            {
                // Of the best epoch so far the scores are told; without folds the last is as good as any.
                chosen = finished.Folds is null || finished.Report.HeldOut.Count > 0 ? finished : chosen;
            }
            var texts = model.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: chosen!.File));
            return _taught[images] = new TaughtTexts(texts, chosen.Report.HeldOut, chosen.Folds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
