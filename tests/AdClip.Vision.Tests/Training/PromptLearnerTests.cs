using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Training;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Training;

public sealed class PromptLearnerTests
{
    private const int Side = 84;
    private const float Temperature = 0.07f;
    private static readonly int[] Layers = [2, 4, 6];

    [Theory]
    [InlineData("adam", false, null)]
    [InlineData("adam", false, 77)]
    [InlineData("adamw", false, null)]
    [InlineData("adamw-default-betas", false, null)]
    [InlineData("adam-half-prompts", true, null)]
    public void Step_ThreeBatches_MatchesAutogradAndTheOptimiser(string name, bool halfPrompts, int? length)
    {
        var golden = Golden.Open($"train/{name}");
        var settings = name switch
        {
            "adamw" => OptimiserSettings.AdamW(),
            "adamw-default-betas" => new OptimiserSettings(1e-4, 0.9, 0.999, 0.01),
            _ => OptimiserSettings.Adam(),
        };
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var batches = Batches(weights);
        var start = Start();
        using var passes = new PromptPasses(weights, start, new SessionSettings(), length, halfPrompts);
        var learner = new PromptLearner(passes, start, settings);
        var loss = new PromptLoss(LossWeights.AnomalyClip, Temperature);
        string[] names = ["ctx_pos", "ctx_neg", .. learner.Prompts.Deep.Select((_, i) => $"compound_prompts_text.{i}")];
        for (var step = 1; step <= 3; step++)
        {
            var (found, text, gradients) = learner.Step(pair => loss.Compute(batches[step - 1], pair.Normal, pair.Abnormal, 1));
            var expected = golden.Case.GetProperty("steps")[step - 1];
            AssertNear(expected.GetProperty("total").GetDouble(), found.Total);
            AssertNear(expected.GetProperty("pixel_loss").GetDouble(), 4 * found.Anomaly);
            AssertNear(expected.GetProperty("image_loss").GetDouble(), found.Classification);
            for (var layer = 0; layer < Layers.Length; layer++)
            {
                AssertNear(expected.GetProperty("focal")[layer].GetDouble(), found.Focal[layer]);
                AssertNear(expected.GetProperty("dice_abnormal")[layer].GetDouble(), found.DiceAbnormal[layer]);
                AssertNear(expected.GetProperty("dice_normal")[layer].GetDouble(), found.DiceNormal[layer]);
            }
            if (!halfPrompts)
            {
                golden.AssertClose($"step{step}.text_features", [.. text.Normal, .. text.Abnormal]);
            }
            for (var i = 0; i < names.Length; i++)
            {
                var (gradient, parameter) = ($"step{step}.grad.{names[i]}", $"step{step}.param.{names[i]}");
                if (halfPrompts)
                {
                    // The case's note: gradients carry binary16's rounding.
                    Golden.AssertClose(golden[gradient], gradients[i], 2e-3 * golden[gradient].Max(Math.Abs), gradient);
                    Golden.AssertClose(golden[parameter], learner.Prompts.Parameters[i], step == 1 ? 2e-4 : 6e-4, parameter);
                }
                else
                {
                    golden.AssertClose(gradient, gradients[i]);
                    golden.AssertClose(parameter, learner.Prompts.Parameters[i]);
                }
            }
        }

        static void AssertNear(double expected, double actual) => Assert.Equal(expected, actual, Math.Abs(expected) * 1e-5);
    }

    private static TrainingImage[][] Batches(ClipWeights weights)
    {
        var inputs = WeightFile.Open(SharedFolder.Require("golden/train/inputs.safetensors"));
        var (pixels, masks, labels) = (inputs.Require("images").ReadFloats(), inputs.Require("masks").ReadFloats(), inputs.Require("labels").ReadFloats());
        using var encoder = new ImageEncoder(new ClipBackbone(weights), new ImageEncoderSettings(Side, 4, Layers), "train", new SessionSettings());
        const int Batch = 4;
        return [.. Enumerable.Range(0, 3).Select(step => Enumerable.Range(step * Batch, Batch).Select(i =>
        {
            var tokens = encoder.Encode(pixels.AsSpan(i * 3 * Side * Side, 3 * Side * Side));
            return new TrainingImage(
                UnitVectors.Normalise(tokens.ClassToken, tokens.Width),
                [.. Layers.Select(layer => UnitVectors.Normalise(tokens.Patches(layer), tokens.Width))],
                tokens.Grid, labels[i] == 1,
                [.. masks.AsSpan(i * Side * Side, Side * Side).ToArray().Select(value => (byte)value)], Side);
        }).ToArray())];
    }

    private static PromptCheckpoint Start() => PromptCheckpoint.Read(SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));
}
