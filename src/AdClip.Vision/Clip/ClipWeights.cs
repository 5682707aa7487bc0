using System.Globalization;

namespace AdClip.Vision.Clip;

/// <summary>The tensors of a CLIP model under OpenAI's names, with the architecture that their shapes tell.</summary>
internal sealed class ClipWeights
{
    private const string VisionBlocks = "visual.transformer.resblocks.";
    private const string TextBlocks = "transformer.resblocks.";

    private readonly WeightFile _file;

    private ClipWeights(WeightFile file, ClipArchitecture architecture)
    {
        _file = file;
        Architecture = architecture;
    }

    public ClipArchitecture Architecture { get; }

    public string FilePath => _file.FilePath;

    /// <exception cref="RefusedInputException">Not a vision-transformer CLIP in OpenAI naming, or its shapes contradict each other.</exception>
    public static ClipWeights From(WeightFile file)
    {
        var name = Path.GetFileName(file.FilePath);
        // Other namings are translated to OpenAI's here, so that nothing else knows of them.
        if (file.Tensors.ContainsKey("vision_model.embeddings.class_embedding"))
        {
            throw new RefusedInputException(RefusalCode.ModelUnsupported, $"{name} uses Hugging Face's tensor names, which are not read yet; use a file in OpenAI naming.", name);
        }
        if (file.Tensors.ContainsKey("visual.layer1.0.conv1.weight") || file.Tensors.ContainsKey("visual.attnpool.positional_embedding"))
        {
            throw new RefusedInputException(RefusalCode.ModelUnsupported, $"{name} is a residual-network CLIP (RN50 and the like), which has no patch tokens; use a ViT model.", name);
        }
        var weights = new ClipWeights(file, Infer(file));
        weights.CheckShapes();
        return weights;
    }

    public StoredTensor this[string name] => _file.Require(name);

    private static ClipArchitecture Infer(WeightFile file)
    {
        var conv = Matrix(file, "visual.conv1.weight", 4);
        var visionPositions = Matrix(file, "visual.positional_embedding", 2);
        var textPositions = Matrix(file, "positional_embedding", 2);
        var vocabulary = Matrix(file, "token_embedding.weight", 2);
        var grid = (int)Math.Round(Math.Sqrt(visionPositions.Shape[0] - 1));
        return new ClipArchitecture(
            EmbedWidth: Length(Matrix(file, "visual.proj", 2), 1),
            VisionWidth: Length(conv, 0),
            VisionLayers: Layers(file, VisionBlocks),
            PatchSize: Length(conv, 3),
            Grid: grid,
            TextWidth: Length(vocabulary, 1),
            TextLayers: Layers(file, TextBlocks),
            ContextLength: Length(textPositions, 0),
            VocabularySize: Length(vocabulary, 0),
            Parameters: file.Tensors.Values.Where(tensor => tensor.Type is ElementType.F16 or ElementType.F32 or ElementType.BF16 or ElementType.F64).Sum(tensor => tensor.Count));
    }

    private static StoredTensor Matrix(WeightFile file, string name, int axes)
    {
        var tensor = file.Require(name);
        return tensor.Shape.Count == axes && !tensor.Shape.Contains(0) ? tensor : throw Wrong(tensor, $"{axes} axes");
    }

    private static int Length(StoredTensor tensor, int axis)
        => tensor.Shape[axis] <= int.MaxValue ? (int)tensor.Shape[axis] : throw Wrong(tensor, "a smaller shape");

    private static int Layers(WeightFile file, string prefix)
    {
        var layers = file.Tensors.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => int.TryParse(name.AsSpan(prefix.Length, Math.Max(0, name.IndexOf('.', prefix.Length) - prefix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)
            .DefaultIfEmpty(-1)
            .Max() + 1;
        return layers > 0 ? layers : throw new RefusedInputException(RefusalCode.TensorMissing, $"{Path.GetFileName(file.FilePath)} has no tensors {prefix}0...; it is not a CLIP model in OpenAI naming.", Path.GetFileName(file.FilePath), prefix + "0");
    }

    private void CheckShapes()
    {
        var a = Architecture;
        Check("visual.conv1.weight", a.VisionWidth, 3, a.PatchSize, a.PatchSize);
        Check("visual.class_embedding", a.VisionWidth);
        Check("visual.positional_embedding", 1 + ((long)a.Grid * a.Grid), a.VisionWidth);
        Check("visual.proj", a.VisionWidth, a.EmbedWidth);
        CheckNorm("visual.ln_pre", a.VisionWidth);
        CheckNorm("visual.ln_post", a.VisionWidth);
        CheckBlocks(VisionBlocks, a.VisionLayers, a.VisionWidth);
        Check("positional_embedding", a.ContextLength, a.TextWidth);
        Check("text_projection", a.TextWidth, a.EmbedWidth);
        CheckNorm("ln_final", a.TextWidth);
        CheckBlocks(TextBlocks, a.TextLayers, a.TextWidth);
    }

    private void CheckBlocks(string prefix, int layers, int width)
    {
        if (width % ClipArchitecture.HeadWidth != 0)
        {
            throw Wrong(this[$"{prefix}0.ln_1.weight"], $"a width that is a multiple of {ClipArchitecture.HeadWidth}");
        }
        for (var i = 0; i < layers; i++)
        {
            var block = $"{prefix}{i}.";
            CheckNorm(block + "ln_1", width);
            CheckNorm(block + "ln_2", width);
            Check(block + "attn.in_proj_weight", 3L * width, width);
            Check(block + "attn.in_proj_bias", 3L * width);
            CheckLinear(block + "attn.out_proj", width, width);
            var hidden = this[block + "mlp.c_fc.weight"].Shape is [var rows, ..] ? rows : 0;
            CheckLinear(block + "mlp.c_fc", hidden, width);
            CheckLinear(block + "mlp.c_proj", width, hidden);
        }
    }

    private void CheckNorm(string name, long width)
    {
        Check(name + ".weight", width);
        Check(name + ".bias", width);
    }

    private void CheckLinear(string name, long outputs, long inputs)
    {
        Check(name + ".weight", outputs, inputs);
        Check(name + ".bias", outputs);
    }

    private void Check(string name, params long[] shape)
    {
        if (!this[name].Shape.SequenceEqual(shape))
        {
            throw Wrong(this[name], $"[{string.Join(", ", shape)}]");
        }
    }

    private static RefusedInputException Wrong(StoredTensor tensor, string expected)
        => new(RefusalCode.TensorShapeWrong, $"Tensor {tensor.Name} of {Path.GetFileName(tensor.File)} has shape [{string.Join(", ", tensor.Shape)}]; the rest of the model needs {expected}.", tensor.Name, Path.GetFileName(tensor.File), string.Join(", ", tensor.Shape), expected);
}
