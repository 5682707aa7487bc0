using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>The image encoder's rate against the rate of bare matrix products of the same shapes, one thread, in turn.</summary>
internal static class EncoderBenchmark
{
    public static void Run()
    {
        Console.WriteLine("| model | GFLOP | ms CPU | encoder GFLOP/s | matrices GFLOP/s | ratio |\n|---|---|---|---|---|---|");
        foreach (var model in new[] { Models.Embedded, Models.Base, Models.Large })
        {
            var weights = ClipWeights.From(WeightFile.Open(model.File));
            using var encoder = new ImageEncoder(new ClipBackbone(weights), model.Settings, "benchmark", new SessionSettings());
            using var matrices = new MatrixRate(weights.Architecture, model.Settings);
            var pixels = Pixels.Random(model.Settings.ImageSize);
            var measured = Rounds.Interleave(model.Rounds, new Candidate("encoder", () => encoder.Encode(pixels)), new Candidate("matrices", matrices.Run));
            var work = EncoderCost.MultiplyAdds(weights.Architecture, model.Settings);
            var (encoderRate, matrixRate) = (2 * work / measured[0].CpuSeconds / 1e9, 2 * matrices.MultiplyAdds / measured[1].CpuSeconds / 1e9);
            Console.WriteLine($"| {model.Title} | {2 * work / 1e9:F1} | {measured[0].CpuSeconds * 1000:F0} "
                + $"| {encoderRate:F1} | {matrixRate:F1} | {encoderRate / matrixRate:P1} |");
        }
    }
}
