using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Training;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>A training step of ViT-L/14's text encoder cut at the end token against the same step over all 77 tokens, one thread.</summary>
/// <remarks>
/// Forwards, backwards and one step of Adam, with AnomalyCLIP's shape: 12 learned vectors, 8 deep prompts of 4. Attention is causal,
/// so what follows the end token cannot change the outcome; the losses over image tokens cost the same either way and are left out.
/// </remarks>
internal static class TextStepBenchmark
{
    private const int Rounds = 6;
    private static readonly int[] Ids = [49406, .. Enumerable.Repeat(343, 12), 9165, 14115, 269, 49407];

    public static void Run()
    {
        var weights = ClipWeights.From(WeightFile.Open(Models.LargeTextFile));
        var (cut, whole) = (Start(weights), Start(weights));
        using var cutPasses = new PromptPasses(weights, cut, new SessionSettings());
        using var wholePasses = new PromptPasses(weights, whole, new SessionSettings(), weights.Architecture.ContextLength);
        var (cutLearner, wholeLearner) = (Learner(cutPasses, cut), Learner(wholePasses, whole));
        var measured = Benchmarks.Rounds.Interleave(
            Rounds, new Candidate($"{Ids.Length} tokens", () => Step(cutLearner)), new Candidate("77 tokens", () => Step(wholeLearner)));
        Console.WriteLine("| tokens | ms CPU a step |\n|---|---|");
        foreach (var one in measured)
        {
            Console.WriteLine($"| {one.Name} | {one.CpuSeconds * 1000:F0} |");
        }
        var apart = cut.Parameters.Zip(whole.Parameters).Max(pair => pair.First.Zip(pair.Second).Max(values => Math.Abs(values.First - values.Second)));
        Console.WriteLine(
            $"\nratio {measured[0].CpuSeconds / measured[1].CpuSeconds:F2} of processor time, {measured[0].WallSeconds / measured[1].WallSeconds:F2} "
                + $"by the clock; parameters after {Rounds + 1} steps differ by at most {apart:G2}");
    }

    private static PromptLearner Learner(PromptPasses passes, PromptCheckpoint prompts) => new(passes, prompts, OptimiserSettings.Adam());

    // Towards any image: the gradient by the texts is all that the encoder sees of a loss.
    private static void Step(PromptLearner learner) => learner.Step(texts => new BatchLoss(0, [], [], [], 0, 0, texts.Abnormal, texts.Normal));

    private static PromptCheckpoint Start(ClipWeights weights)
    {
        var (width, length) = (weights.Architecture.TextWidth, weights.Architecture.ContextLength);
        var random = new Random(7);
        float[] Vectors(int rows) => [.. Enumerable.Range(0, rows * width).Select(_ => 0.04f * (random.NextSingle() - 0.5f))];
        int[] ids = [.. Ids, .. new int[length - Ids.Length]];
        return new PromptCheckpoint(
            new CheckpointSide(Vectors(12), Vectors(1), Vectors(length - 13), ids), new CheckpointSide(Vectors(12), Vectors(1), Vectors(length - 13), ids),
            [.. Enumerable.Range(0, 8).Select(_ => Vectors(4))], [], width);
    }
}
