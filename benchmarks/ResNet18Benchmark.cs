using AdClip.ResNet18;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>The tokens of ResNet-18 against the package's own network up to stage 3 in ONNX Runtime, one thread, in turn.</summary>
internal static class ResNet18Benchmark
{
    private const int RoundsOfEach = 30;

    public static void Run()
    {
        if (ResNet18Package.Find() is not { } package)
        {
            Console.WriteLine($"{ResNet18Package.Id} {ResNet18Package.Version} is not in {ResNet18Package.DefaultFolder}.");
            return;
        }
        var original = package.ReadNetwork();
        var weights = ResNet18Weights.From(WeightFile.Open(Path.Combine(Models.ResNet18Folder, ModelWriter.WeightsFile)));
        Console.WriteLine("| side | original to stage 3, ms CPU | ours to stage 3 | ratio | ours with tokens | ratio |\n|---|---|---|---|---|---|");
        foreach (var side in (int[])[224, 320, 448])
        {
            var (end, stage3) = (Folding.StageEnd(3), ResNet18Graph.Stage(3));
            var ours = ResNet18Graph.Build(weights, side, side, withStages: true);
            var grid = side / ResNet18Graph.PixelsPerToken;
            var maps = new TensorSlot(stage3, 1, ResNet18Weights.Width(3), grid, grid);
            var tokens = new TensorSlot(EncoderValues.Patches(ResNet18Graph.Layer), 1 + (grid * grid), ResNet18Graph.TokenWidth);
            using var first = Open(ResNet18Package.Cut(original, [end], 1, 3, side, side), null);
            using var second = Open(ResNet18Package.Cut(ours, [stage3], 1, 3, side, side), Models.ResNet18Folder);
            using var third = Open(ResNet18Graph.Build(weights, side, side), Models.ResNet18Folder);
            var pixels = Array.ConvertAll(Pixels.Random(side), value => 50 * value);
            var measured = Rounds.Interleave(
                RoundsOfEach,
                new Candidate("original", () => first.Run(new TensorSlot(original.Graph.Input[0].Name, 1, 3, side, side), pixels, [maps with { Name = end }])),
                new Candidate("stage 3", () => second.Run(new TensorSlot(EncoderValues.Pixels, 1, 3, side, side), pixels, [maps])),
                new Candidate("tokens", () => third.Run(new TensorSlot(EncoderValues.Pixels, 1, 3, side, side), pixels, [tokens])));
            var (before, stages, all) = (measured[0].CpuSeconds, measured[1].CpuSeconds, measured[2].CpuSeconds);
            Console.WriteLine($"| {side} | {before * 1000:F2} | {stages * 1000:F2} | {stages / before:F3} | {all * 1000:F2} | {all / before:F3} |");
        }
    }

    private static OnnxSession Open(ModelProto model, string? folder) => OnnxSession.Create(model, folder, new SessionSettings());
}
