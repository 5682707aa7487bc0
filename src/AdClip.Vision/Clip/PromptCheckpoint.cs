using AdClip.Vision.Graphs;

namespace AdClip.Vision.Clip;

/// <summary>Learned prompts as AnomalyCLIP saves them (<c>epoch_N.pth</c>), or the same tensors as safetensors.</summary>
/// <remarks>
/// Per side (normal, abnormal): n learned vectors between the embedding of the start token and those of the rest of
/// "X X ... X object." The stored embeddings win over the model's own. Source: AnomalyCLIP, ICLR 2024, section 3.
/// </remarks>
internal sealed class PromptCheckpoint
{
    private const string Group = "prompt_learner.";

    private readonly WeightFile _file;
    private readonly string _prefix;

    private PromptCheckpoint(WeightFile file)
    {
        _file = file;
        _prefix = file.Tensors.ContainsKey(Group + "ctx_pos") ? Group : "";
    }

    /// <summary>Text features of the normal and the abnormal prompt, not normalised: two of [E].</summary>
    /// <exception cref="RefusedInputException">Not a prompt checkpoint, or one for another model.</exception>
    public static float[][] Encode(string path, ClipWeights weights, SessionSettings session)
    {
        var checkpoint = new PromptCheckpoint(WeightFile.Open(path));
        var width = weights.Architecture.TextWidth;
        var deep = checkpoint.DeepPrompts(width, weights.Architecture.TextLayers);
        using var encoder = new TextEncoder(weights, session, deep.Count, deep.Count == 0 ? 0 : deep[0].Length / width);
        return [.. ((string[])["pos", "neg"]).Select(side => encoder.Encode(checkpoint.Embeddings(side, weights.Architecture), deep))];
    }

    /// <summary>The embeddings of one side up to its end token: [n, D].</summary>
    private float[] Embeddings(string side, ClipArchitecture model)
    {
        float[] all = [.. Read($"token_prefix_{side}", model.TextWidth), .. Read($"ctx_{side}", model.TextWidth), .. Read($"token_suffix_{side}", model.TextWidth)];
        int[] ids = [.. Read($"tokenized_prompts_{side}", 1).Select(id => (int)id)];
        var length = TextEncoder.EndPosition(ids) + 1;
        return length <= model.ContextLength && length * model.TextWidth <= all.Length
            ? all[..(length * model.TextWidth)]
            : throw Wrong($"its prompt has {length} tokens where the model takes {model.ContextLength}");
    }

    private List<float[]> DeepPrompts(int width, int textLayers)
    {
        var deep = new List<float[]>();
        while (_file.Tensors.ContainsKey($"{_prefix}compound_prompts_text.{deep.Count}"))
        {
            deep.Add(Read($"compound_prompts_text.{deep.Count}", width));
        }
        return deep.Count < textLayers && deep.All(prompt => prompt.Length == deep[0].Length)
            ? deep
            : throw Wrong($"it has {deep.Count} deep prompts where the model's {textLayers} text blocks take equal ones, at most {textLayers - 1}");
    }

    private float[] Read(string name, int width)
    {
        if (!_file.Tensors.TryGetValue(_prefix + name, out var tensor))
        {
            throw Wrong($"it has no tensor {name}");
        }
        return tensor.Shape.Count > 0 && (width == 1 || tensor.Shape[^1] == width)
            ? tensor.ReadFloats()
            : throw Wrong($"{name} has shape [{string.Join(", ", tensor.Shape)}] where the model's text width is {width}");
    }

    private RefusedInputException Wrong(string what)
    {
        var name = Path.GetFileName(_file.FilePath);
        return new RefusedInputException(RefusalCode.CheckpointInvalid, $"{name} cannot be used as learned prompts of this model: {what}.", name, what);
    }
}
