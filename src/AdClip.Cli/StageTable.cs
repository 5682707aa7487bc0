using System.Diagnostics;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;

namespace AdClip.Cli;

/// <summary>Figures of one detector on one stage, one product and one drawing of the images.</summary>
/// <param name="F1OutOfFold">Largest on the images learned from; null with one kind of image only.</param>
/// <param name="F1">On the test images, at the threshold that was best out of fold.</param>
/// <param name="Seconds">To learn, tokens being kept.</param>
internal sealed record StageFigures(
    string Product, string Detector, Stage Stage, int Seed, double? F1OutOfFold, double? Threshold, double? F1, double Seconds, ProductResult Result);

/// <summary>Stages, detectors and seeds side by side.</summary>
internal static class StageTable
{
    public static IReadOnlyList<StageFigures> Measure(
        ClipDetector model, DatasetTokens tokens, PromptSettings prompts, IReadOnlyList<EncodedImage> images, Stage[] stages, string[] detectors, int seeds, CancellationToken cancel)
    {
        model.EncodePrompts(prompts);
        var figures = new List<StageFigures>();
        var products = images.GroupBy(image => image.Image.Product).ToArray();
        using var progress = new Progress("stages", products.Length * seeds * stages.Length * detectors.Length);
        foreach (var product in products)
        {
            for (var seed = 1; seed <= seeds; seed++)
            {
                var split = StageSplit.Draw([.. product], stages, seed);
                foreach (var (stage, learned) in stages.Zip(split.Learned))
                {
                    foreach (var name in detectors)
                    {
                        cancel.ThrowIfCancellationRequested();
                        var start = Stopwatch.GetTimestamp();
                        var detector = StageDetector.Make(name, model, tokens, prompts, learned, seed, cancel);
                        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                        var result = ProductResult.Measure(split.Judged, detector.Score, null, cancel);
                        var best = detector.Best;
                        figures.Add(new StageFigures(
                            product.Key, name, stage, seed, best?.Counts.F1, best?.Threshold, best is { } at ? result.Image.At(at.Threshold).F1 : null, seconds, result));
                        progress.Step();
                    }
                }
            }
        }
        return figures;
    }
}
