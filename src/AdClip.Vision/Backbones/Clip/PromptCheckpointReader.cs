using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Takes the tensors of learned prompts from a weight file and checks them against each other.</summary>
internal sealed class PromptCheckpointReader
{
    private const string Prefix = PromptCheckpoint.Group + ".";

    private readonly WeightFile _file;
    private readonly string _name;
    private readonly string _prefix;

    // Views of the same bytes could pose as far more than the file holds.
    private long _bytesLeft;

    public PromptCheckpointReader(WeightFile file)
    {
        _file = file;
        _name = Path.GetFileName(file.FilePath);
        _prefix = file.Tensors.ContainsKey(Prefix + "ctx_pos") ? Prefix : "";
        _bytesLeft = new FileInfo(file.FilePath).Length;
    }

    public PromptCheckpoint Read()
    {
        var context = Find("ctx_pos");
        var width = context.Shape is [.., > 0 and <= int.MaxValue and var last] ? (int)last : throw Wrong("ctx_pos has no width");
        var (normal, abnormal) = (Side("pos", width), Side("neg", width));
        var deep = new List<float[]>();
        while (_file.Tensors.ContainsKey($"{_prefix}compound_prompts_text.{deep.Count}"))
        {
            deep.Add(Rows($"compound_prompts_text.{deep.Count}", width));
        }
        if (deep.Exists(prompt => prompt.Length != deep[0].Length))
        {
            throw Wrong("its deep prompts have different lengths");
        }
        var vectors = deep.Count == 0 ? 0 : deep[0].Length / width;
        if (vectors + 1 > Math.Min(normal.TokenIds.Count, abnormal.TokenIds.Count))
        {
            throw Wrong($"its deep prompts have {vectors} vectors, more than its sequences have places");
        }
        return new PromptCheckpoint(normal, abnormal, deep, Projections(deep.Count, width), width);
    }

    private CheckpointSide Side(string side, int width)
    {
        var (context, prefix, suffix) = (Rows($"ctx_{side}", width), Rows($"token_prefix_{side}", width), Rows($"token_suffix_{side}", width));
        int[] ids = [.. Values(Find($"tokenized_prompts_{side}")).Select(id => (int)id)];
        var places = (prefix.Length + context.Length + suffix.Length) / width;
        return prefix.Length == width && context.Length > 0 && ids.Length == places
            ? new CheckpointSide(context, prefix, suffix, ids)
            : throw Wrong($"its {side} prompt has {places} vectors for {ids.Length} tokens");
    }

    private List<CheckpointProjection> Projections(int count, int width)
    {
        var projections = new List<CheckpointProjection>();
        while (projections.Count < count && _file.Tensors.ContainsKey($"{_prefix}compound_prompt_projections.{projections.Count}.weight"))
        {
            var name = $"compound_prompt_projections.{projections.Count}";
            var projection = new CheckpointProjection(Rows(name + ".weight", width), Values(Find(name + ".bias")));
            projections.Add(
                projection.Weight.Length == projection.Bias.Length * width ? projection : throw Wrong($"{name} has a weight and a bias of different lengths"));
        }
        return projections;
    }

    private float[] Rows(string name, int width)
    {
        var tensor = Find(name);
        return tensor.Shape.Count > 0 && tensor.Shape[^1] == width
            ? Values(tensor)
            : throw Wrong($"{name} has shape [{string.Join(", ", tensor.Shape)}] where its text width is {width}");
    }

    private StoredTensor Find(string name) => _file.Tensors.TryGetValue(_prefix + name, out var tensor) ? tensor : throw Wrong($"it has no tensor {name}");

    private float[] Values(StoredTensor tensor)
    {
        _bytesLeft -= tensor.Count * tensor.Type.Bytes();
        return _bytesLeft >= 0 ? tensor.ReadFloats() : throw Wrong("its tensors are longer than the file");
    }

    private RefusedInputException Wrong(string what) => PromptCheckpoint.Wrong(_name, what);
}
