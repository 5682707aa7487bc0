using System.Numerics.Tensors;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.ResNet18;

/// <summary>What the choices behind the written model cost, in distances between tokens of the same pictures.</summary>
internal static class Measuring
{
    /// <param name="package">Where the weights come from.</param>
    /// <param name="pictures">A folder; its pictures are taken in the order of their names, twelve evenly spread ones.</param>
    public static void Run(ResNet18Package package, string pictures)
    {
        var folder = Directory.CreateTempSubdirectory("resnet18-").FullName;
        try
        {
            ModelWriter.Write(package, Path.Combine(folder, "32"));
            ModelWriter.Write(package, Path.Combine(folder, "16"), ElementType.F16);
            var files = Directory.EnumerateFiles(pictures, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
            files = [.. files.Where((_, i) => i % Math.Max(1, files.Count / 12) == 0).Take(12)];
            var meanImage = package.ReadMeanImage();
            Console.WriteLine("| side | what | distance mean | most | of the mean distance to another picture's nearest |\n|---|---|---|---|---|");
            foreach (var side in (int[])[224, 320])
            {
                using var full = Open(Path.Combine(folder, "32"), side);
                using var half = Open(Path.Combine(folder, "16"), side);
                var inputs = files.Select(file => ResNet18Backbone.Input.Apply(ImageDecoder.DecodeResized(file, side, side))).ToList();
                var tokens = inputs.Select(pixels => Run(full, pixels, side)).ToList();
                var nearest = tokens.Select((image, i) => Nearest(image, tokens[(i + 1) % tokens.Count])).Average();
                Report("tokens rounded to 16 bits", tokens.Select(image => Array.ConvertAll(image, value => (float)(Half)value)));
                Report("weights rounded to 16 bits", inputs.Select(pixels => Run(half, pixels, side)));
                if (side == 224)
                {
                    Report("the package's mean picture", inputs.Select(pixels => Run(full, WithMeanImage(pixels, meanImage), side)));
                }

                void Report(string what, IEnumerable<float[]> others)
                {
                    var distances = tokens.Zip(others).SelectMany(pair => Distances(pair.First, pair.Second)).ToList();
                    Console.WriteLine(FormattableString.Invariant(
                        $"| {side} | {what} | {distances.Average():E2} | {distances.Max():E2} | {distances.Average() / nearest:P2} |"));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static OnnxSession Open(string folder, int side) => OnnxSession.Create(
        ResNet18Graph.Build(ResNet18Weights.From(WeightFile.Open(Path.Combine(folder, ModelWriter.WeightsFile))), side, side), folder, new SessionSettings());

    private static float[] Run(OnnxSession session, float[] pixels, int side)
        => session.Run([new GraphTensor(EncoderValues.Pixels, pixels, 1, 3, side, side)], [EncoderValues.Patches(ResNet18Graph.Layer)])[0].Values;

    private static float[] WithMeanImage(float[] pixels, float[] meanImage)
    {
        var places = meanImage.Length / 3;
        return [.. pixels.Select((value, i) => value + ResNet18Backbone.Input.Mean[2 - (i / places)] - meanImage[i])];
    }

    private static IEnumerable<double> Distances(float[] tokens, float[] others)
    {
        for (var at = 0; at < tokens.Length; at += ResNet18Graph.TokenWidth)
        {
            yield return TensorPrimitives.Distance(tokens.AsSpan(at, ResNet18Graph.TokenWidth), others.AsSpan(at, ResNet18Graph.TokenWidth));
        }
    }

    private static double Nearest(float[] tokens, float[] bank)
    {
        var (sum, count) = (0.0, 0);
        for (var at = 0; at < tokens.Length; at += ResNet18Graph.TokenWidth, count++)
        {
            var least = float.MaxValue;
            for (var other = 0; other < bank.Length; other += ResNet18Graph.TokenWidth)
            {
                var distance = TensorPrimitives.Distance(tokens.AsSpan(at, ResNet18Graph.TokenWidth), bank.AsSpan(other, ResNet18Graph.TokenWidth));
                least = Math.Min(least, distance);
            }
            sum += least;
        }
        return sum / count;
    }
}
