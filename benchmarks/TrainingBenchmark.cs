using System.Diagnostics;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;

namespace AdClip.Benchmarks;

/// <summary>
/// The model card's third stage with the embedded model, tokens being kept: 10 defective and 110 good
/// images, 15 epochs of prompts, then bank and heads.
/// </summary>
/// <remarks>The sample product has fewer good images, so views of them, each as an image of its own, make up the number.</remarks>
internal static class TrainingBenchmark
{
    private const int Good = 110;
    private const int Anomalies = 10;

    public static void Run()
    {
        using var model = DetectionModel.Open(Models.EmbeddedFolder);
        var folder = Directory.CreateTempSubdirectory("adclip-training-").FullName;
        try
        {
            var tokens = new DatasetTokens(model, Path.Combine(folder, "tokens"));
            var encoded = tokens.Encode(DatasetFolder.Read(Models.SampleFolder), new Augmentation(4, Crops: true, Mirrors: true, Brightness: true), seed: 1);
            EncodedImage[] images =
            [
                .. encoded.Where(image => image.Image.IsAnomaly && image.View.Length == 0).Take(Anomalies),
                .. encoded.Where(image => !image.Image.IsAnomaly).Take(Good),
            ];
            TrainingItem[] items = [.. tokens.Items(images).Select((item, i) => item with { Sha256 = $"{i:x64}", View = "" })];
            Console.WriteLine($"{items.Count(item => !item.IsAnomaly)} good, {items.Count(item => item.IsAnomaly)} "
                + "defective images\n\n| what | s CPU | s by the clock |\n|---|---|---|");
            foreach (var folds in (int[])[3, 0])
            {
                var settings = TrainingSettings.AnomalyClip with { Folds = folds, Prompts = PromptShape.For(model) };
                Time($"prompts, 15 epochs, {folds} folds", () =>
                {
                    using var trainer = new PromptTrainer(model, items, settings);
                    trainer.Train(Path.Combine(folder, $"{folds}"));
                });
            }
            LabelledTokens[] labelled = [.. images.Zip(
                items, (image, item) => new LabelledTokens(item.Sha256, tokens.Load(image), item.IsAnomaly, image.Image.DefectClass, image.Mask))];
            Time("bank, heads, fusion", () => FittedDetector.Fit(
                model.RequireWords().EncodePrompts(new PromptSettings()), model.FitContext, labelled, new FitOptions(), null, CancellationToken.None));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Time(string what, Action run)
    {
        var (cpu, wall) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        run();
        Console.WriteLine($"| {what} | {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:F1} | {Stopwatch.GetElapsedTime(wall).TotalSeconds:F1} |");
    }
}
