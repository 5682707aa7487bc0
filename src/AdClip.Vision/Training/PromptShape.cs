using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;

namespace AdClip.Vision.Training;

/// <summary>How many vectors are learned.</summary>
/// <param name="ContextLength">Learned vectors n_ctx of each prompt, in place of words.</param>
/// <param name="Depth">Text blocks that take part: Depth - 1 of them get deep prompts.</param>
/// <param name="DeepLength">Vectors t_n_ctx of each deep prompt.</param>
/// <remarks>Source: AnomalyCLIP (Zhou et al., ICLR 2024), section 4.1, whose numbers are the defaults.</remarks>
public sealed record PromptShape(int ContextLength = 12, int Depth = 9, int DeepLength = 4)
{
    private const double Deviation = 0.02;

    /// <summary>The default, with as much depth as the model's text transformer has.</summary>
    public static PromptShape For(DetectionModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var shape = new PromptShape();
        return shape with { Depth = Math.Min(shape.Depth, model.RequireWords().Architecture.TextLayers) };
    }

    /// <summary>Refuses numbers that the model cannot have.</summary>
    /// <exception cref="RefusedInputException">A number out of its range, or a vocabulary that is missing.</exception>
    public void Check(DetectionModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var architecture = model.RequireWords().Architecture;
        // The longer prompt has "damaged object." and the two markers beside the learned vectors.
        TrainingSettings.Require("n_ctx", ContextLength, 1, architecture.ContextLength - model.RequireWords().Tokenize("damaged object.").Count);
        TrainingSettings.Require("depth", Depth, 1, architecture.TextLayers);
        TrainingSettings.Require("t_n_ctx", DeepLength, 1, ContextLength);
    }

    /// <summary>Prompts to start from: learned vectors drawn at random, everything else from the model's own table.</summary>
    /// <exception cref="RefusedInputException">A number that the model cannot have, or a vocabulary that is missing.</exception>
    public PromptCheckpoint Start(DetectionModel model, int seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(model);
        var width = model.RequireWords().Architecture.TextWidth;
        var random = SeededRandom.For(seed, "prompts");
        var table = model.RequireWords().Weights["token_embedding.weight"];
        var normal = Side("object.");
        var abnormal = Side("damaged object.");
        return new PromptCheckpoint(normal, abnormal, [.. Enumerable.Range(1, Depth - 1).Select(_ => Vectors(DeepLength))], [], width);

        CheckpointSide Side(string words)
        {
            var sequence = model.RequireWords().Tokenize(string.Join(' ', Enumerable.Repeat("X", ContextLength).Append(words)));
            int[] ids = [.. sequence, .. new int[model.RequireWords().Architecture.ContextLength - sequence.Count]];
            return new CheckpointSide(Vectors(ContextLength), table.ReadRow(ids[0]), [.. ids.Skip(1 + ContextLength).SelectMany(id => table.ReadRow(id))], ids);
        }

        float[] Vectors(int count)
        {
            var values = new float[count * width];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = random.Normal(Deviation);
            }
            return values;
        }
    }
}
