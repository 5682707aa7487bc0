using System.Numerics.Tensors;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Tokens;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>Ways of running the same encoder against each other, in turn in one process.</summary>
internal static class ComparisonBenchmarks
{
    public static void Precision()
    {
        Console.WriteLine("| model | fp32 ms CPU | 8-bit ms CPU | times as fast | cosine mean | cosine least |\n|---|---|---|---|---|---|");
        foreach (var model in new[] { Models.Embedded, Models.Base, Models.Large })
        {
            var weights = ClipWeights.From(WeightFile.Open(model.File));
            using var exact = new ImageEncoder(new ClipBackbone(weights), model.Settings, "benchmark", new SessionSettings());
            using var coarse = new ImageEncoder(
                new ClipBackbone(weights), model.Settings, "benchmark", new SessionSettings(Precision: Vision.Graphs.Precision.Int8));
            var pixels = Pixels.Random(model.Settings.ImageSize);
            var measured = Rounds.Interleave(
                model.Rounds, new Candidate("fp32", () => exact.Encode(pixels)), new Candidate("8-bit", () => coarse.Encode(pixels)));
            var cosines = Cosines(exact.Encode(pixels), coarse.Encode(pixels)).ToList();
            Console.WriteLine($"| {model.Title} | {measured[0].CpuSeconds * 1000:F1} | {measured[1].CpuSeconds * 1000:F1} "
                + $"| {measured[0].CpuSeconds / measured[1].CpuSeconds:F2} | {cosines.Average():F5} | {cosines.Min():F5} |");
        }
    }

    public static void Packing()
    {
        Console.WriteLine("| model | packed ms CPU | unpacked ms CPU | unpacked / packed | the rule |\n|---|---|---|---|---|");
        foreach (var (model, side) in new[]
        {
            (Models.Embedded, 224), (Models.Embedded, 448), (Models.Base, 224),
            (Models.Base, 288), (Models.Base, 512), (Models.Large, 224), (Models.Large, 518),
        })
        {
            var settings = model.Settings with { ImageSize = side };
            var weights = ClipWeights.From(WeightFile.Open(model.File));
            using var packed = new ImageEncoder(new ClipBackbone(weights), settings, "benchmark", new SessionSettings(Prepack: Prepacking.Always));
            using var unpacked = new ImageEncoder(new ClipBackbone(weights), settings, "benchmark", new SessionSettings(Prepack: Prepacking.Never));
            var pixels = Pixels.Random(side);
            var measured = Rounds.Interleave(
                model.Rounds, new Candidate("packed", () => packed.Encode(pixels)), new Candidate("unpacked", () => unpacked.Encode(pixels)));
            var grid = side / weights.Architecture.PatchSize;
            var rule = PackingRule.Decide(weights.Architecture, 1 + (grid * grid), Vision.Graphs.Precision.Float32);
            Console.WriteLine($"| {model.Name}@{side} | {measured[0].CpuSeconds * 1000:F1} | {measured[1].CpuSeconds * 1000:F1} "
                + $"| {measured[1].CpuSeconds / measured[0].CpuSeconds:F3} | {(rule == Prepacking.Always ? "packed" : "unpacked")} |");
        }
    }

    /// <summary>As many callers with one thread as there are cores, against one caller with as many threads; by the clock.</summary>
    public static void Threads()
    {
        var cores = Environment.ProcessorCount;
        Console.WriteLine(
            $"| model | {cores} callers, 1 thread: images/s | CPU ms/image | 1 caller, {cores} threads: images/s | CPU ms/image |\n|---|---|---|---|---|");
        foreach (var model in new[] { Models.Embedded, Models.Base })
        {
            var weights = ClipWeights.From(WeightFile.Open(model.File));
            using var single = new ImageEncoder(new ClipBackbone(weights), model.Settings, "benchmark", new SessionSettings());
            using var several = new ImageEncoder(new ClipBackbone(weights), model.Settings, "benchmark", new SessionSettings(Threads: cores));
            var pixels = Pixels.Random(model.Settings.ImageSize);
            var images = 4 * cores;
            var measured = Rounds.Interleave(
                model.Rounds / 2,
                new Candidate("callers", () => Parallel.For(0, images, new ParallelOptions { MaxDegreeOfParallelism = cores }, _ => single.Encode(pixels))),
                new Candidate("threads", () =>
                {
                    for (var i = 0; i < images; i++)
                    {
                        several.Encode(pixels);
                    }
                }));
            Console.WriteLine($"| {model.Title} | {images / measured[0].WallSeconds:F1} | {measured[0].CpuSeconds * 1000 / images:F1} "
                + $"| {images / measured[1].WallSeconds:F1} | {measured[1].CpuSeconds * 1000 / images:F1} |");
        }
    }

    private static IEnumerable<float> Cosines(ImageTokens exact, ImageTokens coarse)
    {
        foreach (var layer in exact.Layers)
        {
            for (var at = exact.Width; at < layer.Values.Length; at += exact.Width)
            {
                var other = coarse.Layers.First(candidate => candidate.Layer == layer.Layer).Values;
                yield return TensorPrimitives.CosineSimilarity(layer.Values.AsSpan(at, exact.Width), other.AsSpan(at, exact.Width));
            }
        }
    }
}
