using System.Globalization;

namespace AdClip.Vision.Clip;

/// <summary>The tensors of a CLIP model under OpenAI's names, with the architecture that their shapes tell.</summary>
/// <remarks>A file with Hugging Face's names is translated here; nothing else knows of them.</remarks>
internal sealed class ClipWeights
{
    private const string VisionBlocks = "visual.transformer.resblocks.";
    private const string TextBlocks = "transformer.resblocks.";

    private readonly WeightFile _file;
    private readonly bool _isHuggingFace;

    private ClipWeights(WeightFile file)
    {
        _file = file;
        _isHuggingFace = file.Tensors.ContainsKey(TensorNames.HuggingFaceMark);
        Architecture = Infer();
        CheckShapes();
    }

    public ClipArchitecture Architecture { get; }

    public string FilePath => _file.FilePath;

    /// <summary>Whether the query, key and value projections lie in the file as one tensor.</summary>
    public bool HasJoinedProjections => !_isHuggingFace;

    /// <exception cref="RefusedInputException">Not a vision-transformer CLIP, or its shapes contradict each other.</exception>
    public static ClipWeights From(WeightFile file)
    {
        var name = Path.GetFileName(file.FilePath);
        if (file.Tensors.ContainsKey("visual.layer1.0.conv1.weight") || file.Tensors.ContainsKey("visual.attnpool.positional_embedding"))
        {
            throw new RefusedInputException(RefusalCode.ModelUnsupported, $"{name} is a residual-network CLIP (RN50 and the like), which has no patch tokens; use a ViT model.", name);
        }
        return new ClipWeights(file);
    }

    /// <summary>The tensor of this OpenAI name.</summary>
    public StoredTensor this[string name]
    {
        get
        {
            if (!_isHuggingFace)
            {
                return _file.Require(name);
            }
            var tensor = _file.Require(TensorNames.HuggingFace(name)) with { Name = name };
            return TensorNames.IsTransposed(name)
                ? tensor with { Shape = [.. tensor.Shape.Reverse()], Strides = [.. tensor.Strides.Reverse()] }
                : tensor;
        }
    }

    /// <summary>One part (0 query, 1 key, 2 value) of a block's input projection.</summary>
    /// <param name="block">The block's OpenAI name, ending with a dot.</param>
    /// <param name="part">0 query, 1 key, 2 value.</param>
    /// <param name="kind"><c>weight</c> [D, D] or <c>bias</c> [D].</param>
    public StoredTensor Projection(string block, int part, string kind)
    {
        if (_isHuggingFace)
        {
            return _file.Require(TensorNames.HuggingFacePart(block, part, kind));
        }
        var joined = this[$"{block}attn.in_proj_{kind}"];
        var rows = joined.Shape[0] / 3;
        return joined with
        {
            Name = $"{joined.Name}.{part}",
            Shape = [rows, .. joined.Shape.Skip(1)],
            Offset = joined.Offset + (part * rows * joined.Strides[0] * joined.Type.Bytes()),
        };
    }

    private ClipArchitecture Infer()
    {
        var conv = Matrix("visual.conv1.weight", 4);
        var visionPositions = Matrix("visual.positional_embedding", 2);
        var textPositions = Matrix("positional_embedding", 2);
        var vocabulary = Matrix("token_embedding.weight", 2);
        var grid = (int)Math.Round(Math.Sqrt(visionPositions.Shape[0] - 1));
        return new ClipArchitecture(
            EmbedWidth: Length(Matrix("visual.proj", 2), 1),
            VisionWidth: Length(conv, 0),
            VisionLayers: Layers(VisionBlocks),
            PatchSize: Length(conv, 3),
            Grid: grid,
            TextWidth: Length(vocabulary, 1),
            TextLayers: Layers(TextBlocks),
            ContextLength: Length(textPositions, 0),
            VocabularySize: Length(vocabulary, 0),
            Parameters: _file.Tensors.Values.Where(tensor => tensor.Type is ElementType.F16 or ElementType.F32 or ElementType.BF16 or ElementType.F64).Sum(tensor => tensor.Count));
    }

    private StoredTensor Matrix(string name, int axes)
    {
        var tensor = this[name];
        return tensor.Shape.Count == axes && !tensor.Shape.Contains(0) ? tensor : throw Wrong(tensor, $"{axes} axes");
    }

    private static int Length(StoredTensor tensor, int axis)
        => tensor.Shape[axis] <= int.MaxValue ? (int)tensor.Shape[axis] : throw Wrong(tensor, "a smaller shape");

    private int Layers(string blocks)
    {
        var prefix = _isHuggingFace ? TensorNames.HuggingFace(blocks) : blocks;
        var layers = _file.Tensors.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => int.TryParse(name.AsSpan(prefix.Length, Math.Max(0, name.IndexOf('.', prefix.Length) - prefix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)
            .DefaultIfEmpty(-1)
            .Max() + 1;
        return layers > 0 ? layers : throw new RefusedInputException(RefusalCode.TensorMissing, $"{Path.GetFileName(FilePath)} has no tensors {prefix}0...; it is not a CLIP model in OpenAI or Hugging Face naming.", Path.GetFileName(FilePath), prefix + "0");
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
            if (HasJoinedProjections)
            {
                Check(block + "attn.in_proj_weight", 3L * width, width);
                Check(block + "attn.in_proj_bias", 3L * width);
            }
            for (var part = 0; part < 3; part++)
            {
                Check(Projection(block, part, "weight"), width, width);
                Check(Projection(block, part, "bias"), width);
            }
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

    private void Check(string name, params long[] shape) => Check(this[name], shape);

    private static void Check(StoredTensor tensor, params long[] shape)
    {
        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw Wrong(tensor, $"[{string.Join(", ", shape)}]");
        }
    }

    private static RefusedInputException Wrong(StoredTensor tensor, string expected)
        => new(RefusalCode.TensorShapeWrong, $"Tensor {tensor.Name} of {Path.GetFileName(tensor.File)} has shape [{string.Join(", ", tensor.Shape)}]; the rest of the model needs {expected}.", tensor.Name, Path.GetFileName(tensor.File), string.Join(", ", tensor.Shape), expected);
}
