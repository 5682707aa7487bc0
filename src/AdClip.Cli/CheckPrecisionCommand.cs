using System.CommandLine;
using System.Globalization;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;

namespace AdClip.Cli;

/// <summary><c>adclip check-precision</c>: whether 8-bit arithmetic is good enough for somebody's images.</summary>
internal static class CheckPrecisionCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptOptions();
        var images = new Option<string[]>("--images")
        {
            Description = "The images to compare on: files, a folder, or a product in MVTec-AD layout",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var references = new Option<string[]>("--reference")
        {
            Description = "Good images to compare with, as in predict",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(
            "check-precision",
            "Compare 8-bit with 32-bit tokens, maps and scores; exit code 1 when 8 bits are not good enough for these images") { images, references };
        model.AddAll(command);
        prompts.Add(command);
        command.SetAction((parsed, cancellation) =>
        {
            var inspected = ImageFiles.ToInspect(parsed.GetValue(images)!);
            var good = parsed.GetValue(references) is { Length: > 0 } paths ? ImageFiles.Good(paths) : [];
            var settings = prompts.Read(parsed);
            using var reference = model.Open(parsed);
            using var candidate = model.Open(
                parsed, options => options with { Session = new SessionSettings(Precision: Precision.Int8), WeightsSha256 = reference.Model.Sha256 });
            var comparison = new PrecisionComparison(reference, candidate, settings);
            using (var progress = new Progress("good images", good.Count))
            {
                foreach (var image in good)
                {
                    cancellation.ThrowIfCancellationRequested();
                    comparison.AddReference(image.Path);
                    progress.Step();
                }
            }
            using (var progress = new Progress("images", inspected.Count))
            {
                foreach (var image in inspected)
                {
                    cancellation.ThrowIfCancellationRequested();
                    comparison.Add(image.Path);
                    progress.Step();
                }
            }
            return Task.FromResult(Print(comparison.Report(), comparison.Speedup));
        });
        return command;
    }

    private static int Print(FidelityReport report, double speedup)
    {
        foreach (var layer in report.Layers)
        {
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"layer {layer.Layer,2}: cosine mean {layer.MeanCosine:F5}, least {layer.LeastCosine:F5}"));
        }
        foreach (var figure in report.Figures)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{figure.Measure,-16} {figure.Value,9:0.#####}  limit {figure.Limit,7:0.#####}  {(figure.Passed ? "kept" : "NOT KEPT")}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"8-bit encoding is {speedup:F2} times as fast here."));
        Console.WriteLine(report.Passed ? "8 bits are good enough for these images." : "8 bits are NOT good enough for these images; stay with float32.");
        return report.Passed ? CommandLine.Done : CommandLine.Refused;
    }
}
