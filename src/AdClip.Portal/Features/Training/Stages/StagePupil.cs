using AdClip.Portal.Features.Models.Encoders;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Metrics;
using AdClip.Vision.Tokens;
using AdClip.Vision.Training;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>An image of an experiment; its tokens are read when they are needed.</summary>
/// <param name="Mask">Defect pixels in the model's square frame, 0 or 1; null where nothing is drawn.</param>
internal sealed record StageExample(LabelledImage Image, byte[]? Mask, Func<ImageTokens> Load);

/// <summary>A detector that learned from the images of a stage.</summary>
/// <param name="Score">Scores an image; by several threads at once.</param>
/// <param name="OutOfFold">Scores of the images that it learned from, each made without that image.</param>
internal sealed record StagePupil(Func<StageExample, Detection> Score, IReadOnlyList<(double Score, bool IsAnomaly)> OutOfFold)
{
    /// <summary>Largest F1 over thresholds on the out-of-fold scores, and the F1 of calling all of them anomalous; null with one kind of image only.</summary>
    public (CurvePoint Point, double AllPositiveF1)? Best()
    {
        if (OutOfFold.All(image => image.IsAnomaly) || OutOfFold.All(image => !image.IsAnomaly))
        {
            return null;
        }
        var curve = PrecisionRecallCurve.FromScores([.. OutOfFold.Select(image => image.Score)], [.. OutOfFold.Select(image => image.IsAnomaly)]);
        return (curve.BestF1!.Value, curve.AllPositiveF1);
    }

    /// <summary>Lets a detector learn. Takes the processors for a moment: call it in a slot.</summary>
    public static StagePupil Teach(
        StageDetector kind, DetectionModel model, string objectName,
        IReadOnlyList<StageExample> learned, int seed, string scratch, CancellationToken cancel)
    {
        var prompts = new PromptSettings(ProductName: objectName);
        var tokens = learned.ToDictionary(image => image.Image.Sha256, image => image.Load(), StringComparer.Ordinal);
        switch (kind)
        {
            case StageDetector.Text:
                return Of(model.CreateScorer(prompts, []));
            case StageDetector.Bank:
                return Of(
                    model.CreateScorer(
                        prompts,
                        [.. learned.Where(image => !image.Image.IsAnomaly).Select(image => new Reference(image.Image.Sha256, tokens[image.Image.Sha256]))]));
            case StageDetector.Prompts:
                return Prompts();
            default:
                var fitted = FittedDetector.Fit(
                    model.RequireWords().EncodePrompts(prompts), model.FitContext,
                    [.. learned.Select(
                        image => new LabelledTokens(image.Image.Sha256, tokens[image.Image.Sha256], image.Image.IsAnomaly, image.Image.Class, image.Mask))],
                    new FitOptions(Seed: seed), null, cancel);
                return new StagePupil(
                    image => fitted.Score(image.Load(), image.Image.Sha256),
                    [.. fitted.Report.Scores.Select(image => (image.Score, image.IsAnomaly))]);
        }

        // Neither texts nor a bank without the image itself learn from the image that is scored.
        StagePupil Of(Scorer scorer) => new(
            image => scorer.Score(image.Load(), image.Image.Sha256),
            [.. learned.Select(image => ((double)scorer.Score(tokens[image.Image.Sha256], image.Image.Sha256).Score, image.Image.IsAnomaly))]);

        StagePupil Prompts()
        {
            Directory.CreateDirectory(scratch);
            try
            {
                using var trainer = new PromptTrainer(
                    model,
                    [.. learned.Select(
                        image => new TrainingItem(
                            image.Image.Sha256, "", image.Image.IsAnomaly, () => new TrainingTokens(tokens[image.Image.Sha256], image.Mask)))],
                    TrainingSettings.AnomalyClip with { Seed = seed, Prompts = PromptShape.For(model) });
                var outcome = trainer.Train(scratch, cancel: cancel);
                var scorer = model.CreateScorer(new PromptSettings(PromptKind.Learned, CheckpointFile: outcome.BestFile), []);
                return new StagePupil(
                    image => scorer.Score(image.Load(), image.Image.Sha256),
                    [.. outcome.Best.HeldOut.Select(image => (image.Score, image.IsAnomaly))]);
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
        }
    }

    /// <summary>Measures on images that it did not learn from, in bounded memory: maps are looked at and thrown away.</summary>
    /// <param name="seconds">That it took to learn.</param>
    /// <exception cref="InvalidOperationException">An image is among those learned from: no figure of it could be believed.</exception>
    public async Task<StageFigures> MeasureAsync(
        IReadOnlyList<StageExample> learned, IReadOnlyList<StageExample> judged,
        double seconds, EncoderSlots slots, CancellationToken cancel)
    {
        var seen = learned.Select(image => image.Image.Sha256).ToHashSet(StringComparer.Ordinal);
        if (judged.FirstOrDefault(image => seen.Contains(image.Image.Sha256)) is { } leaked)
        {
            throw new InvalidOperationException($"Image {leaked.Image.Sha256} is to be tested, but was learned from.");
        }
        List<double> scores = [];
        var pixels = new PixelMetrics();
        var drawn = 0;
        foreach (var some in judged.Chunk(4 * slots.Parallelism))
        {
            var found = new Detection[some.Length];
            await Parallel.ForAsync(
                0, some.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel },
                async (i, stop) =>
                    found[i] = await slots.InSlotAsync(() => Score(some[i]), stop));
            foreach (var (image, detection) in some.Zip(found))
            {
                scores.Add(detection.Score);
                // Where the defect is on an anomalous image without a drawing, nobody has said.
                if ((image.Mask ?? (image.Image.IsAnomaly ? null : new byte[detection.Map.Values.Length])) is { } mask)
                {
                    pixels.Add(detection.Map.Values, mask, detection.Map.Width, detection.Map.Height);
                    drawn += image.Image.IsAnomaly ? 1 : 0;
                }
            }
        }
        var curve = PrecisionRecallCurve.FromScores([.. scores], [.. judged.Select(image => image.Image.IsAnomaly)]);
        var pixel = drawn > 0 ? await Task.Run(pixels.ToCurve, cancel) : null;
        var best = Best();
        return new StageFigures
        {
            F1OutOfFold = best?.Point.Counts.F1,
            AllPositiveF1OutOfFold = best?.AllPositiveF1,
            Threshold = best?.Point.Threshold,
            AreaUnderRoc = curve.AreaUnderRoc,
            AveragePrecision = curve.AveragePrecision,
            F1 = best is { Point.Threshold: var threshold } ? curve.At(threshold).F1 : null,
            AllPositiveF1 = curve.AllPositiveF1,
            PixelAreaUnderRoc = pixel?.AreaUnderRoc?.Value,
            PixelAveragePrecision = pixel?.AveragePrecision?.Value,
            Aupro = pixel?.Aupro()?.Value,
            Aupro05 = pixel?.Aupro(0.05)?.Value,
            IsPixelExact = pixel?.IsExact ?? true,
            Seconds = seconds,
            TestedGood = (int)curve.Negatives,
            TestedAnomalies = (int)curve.Positives,
            TestedDrawn = drawn,
        };
    }
}
