using System.Globalization;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The tensors of a CLIP model under OpenAI's names, with the architecture that their shapes and configuration tell.</summary>
/// <remarks>A file with the names of Hugging Face or open_clip is translated here; nothing else knows of them.</remarks>
internal sealed class ClipWeights
{
    private const string VisionBlocks = "visual.transformer.resblocks.";
    private const string TextBlocks = "transformer.resblocks.";

    // Layer scale, attention pooling and a class token in the text: what open_clip's other models have.
    private static readonly string[] ForeignParts = [".ls_1.gamma", "visual.attn_pool.", "text.cls_emb"];

    private readonly WeightFile _file;
    private readonly bool _isHuggingFace;
    private readonly bool _hasTextPrefix;

    private ClipWeights(WeightFile file, ClipConfig? config)
    {
        _file = file;
        _isHuggingFace = file.Tensors.ContainsKey(TensorNames.HuggingFaceMark);
        _hasTextPrefix = file.Tensors.ContainsKey(TensorNames.TextPrefixMark);
        Architecture = Infer();
        Architecture = config?.ApplyTo(Architecture) ?? Architecture;
        CheckShapes();
    }

    public ClipArchitecture Architecture { get; }

    public string FilePath => _file.FilePath;

    /// <summary>Whether the query, key and value projections lie in the file as one tensor.</summary>
    public bool HasJoinedProjections => !_isHuggingFace;

    /// <param name="file">The tensors.</param>
    /// <param name="config">The configuration beside them; null: OpenAI's activation, head width and epsilon.</param>
    /// <exception cref="RefusedInputException">Not a vision-transformer CLIP, or its shapes contradict each other or the configuration.</exception>
    public static ClipWeights From(WeightFile file, ClipConfig? config = null)
    {
        var name = Path.GetFileName(file.FilePath);
        if (file.Tensors.ContainsKey("visual.layer1.0.conv1.weight") || file.Tensors.ContainsKey("visual.attnpool.positional_embedding"))
        {
            throw new RefusedInputException(
                RefusalCode.ModelUnsupported, $"{name} is a residual-network CLIP (RN50 and the like), which has no patch tokens; use a ViT model.", name);
        }
        if (file.Tensors.Keys.FirstOrDefault(tensor => ForeignParts.Any(part => tensor.Contains(part, StringComparison.Ordinal))) is { } foreign)
        {
            throw new RefusedInputException(
                RefusalCode.ModelUnsupported,
                $"{name} has the tensor {foreign}, which belongs to a CLIP variant that is not computed here; use a plain ViT CLIP model.",
                name);
        }
        return new ClipWeights(file, config);
    }

    /// <summary>The tensor of this OpenAI name.</summary>
    public StoredTensor this[string name]
    {
        get
        {
            if (!_isHuggingFace)
            {
                return _file.Require(NameInFile(name)) with { Name = name };
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

    private string NameInFile(string name)
        => _isHuggingFace ? TensorNames.HuggingFace(name)
            : _hasTextPrefix && !name.StartsWith(TensorNames.VisionPrefix, StringComparison.Ordinal) ? TensorNames.TextPrefix + name
            : name;

    private ClipArchitecture Infer()
    {
        var conv = Matrix("visual.conv1.weight", 4);
        var visionPositions = Matrix("visual.positional_embedding", 2);
        var textPositions = Matrix("positional_embedding", 2);
        var vocabulary = Matrix("token_embedding.weight", 2);
        var grid = (int)Math.Round(Math.Sqrt(visionPositions.Shape[0] - 1));
        var (visionWidth, textWidth) = (Length(conv, 0), Length(vocabulary, 1));
        return new ClipArchitecture
        {
            EmbedWidth = Length(Matrix("visual.proj", 2), 1),
            VisionWidth = visionWidth,
            VisionLayers = Layers(VisionBlocks),
            PatchSize = Length(conv, 3),
            Grid = grid,
            TextWidth = textWidth,
            TextLayers = Layers(TextBlocks),
            ContextLength = Length(textPositions, 0),
            VocabularySize = Length(vocabulary, 0),
            Parameters = _file.Tensors.Values
                .Where(tensor => tensor.Type is ElementType.F16 or ElementType.F32 or ElementType.BF16 or ElementType.F64)
                .Sum(tensor => tensor.Count),
            Vision = ClipTower.OpenAi(visionWidth),
            Text = ClipTower.OpenAi(textWidth),
        };
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
        var prefix = NameInFile(blocks);
        var layers = _file.Tensors.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => int.TryParse(
                name.AsSpan(prefix.Length, Math.Max(0, name.IndexOf('.', prefix.Length) - prefix.Length)),
                NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)
            .DefaultIfEmpty(-1)
            .Max() + 1;
        return layers > 0 ? layers : throw new RefusedInputException(
            RefusalCode.TensorMissing, $"{Path.GetFileName(FilePath)} has no tensors {prefix}0...; it is not a CLIP model in OpenAI or Hugging Face naming.",
            Path.GetFileName(FilePath), prefix + "0");
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
        CheckBlocks(VisionBlocks, a.VisionLayers, a.VisionWidth, a.VisionHeads);
        Check("positional_embedding", a.ContextLength, a.TextWidth);
        Check("text_projection", a.TextWidth, a.EmbedWidth);
        CheckNorm("ln_final", a.TextWidth);
        CheckBlocks(TextBlocks, a.TextLayers, a.TextWidth, a.TextHeads);
    }

    private void CheckBlocks(string prefix, int layers, int width, int heads)
    {
        if (heads == 0 || width % heads != 0)
        {
            throw Wrong(this[$"{prefix}0.ln_1.weight"], $"a width that is a multiple of {ClipTower.OpenAiHeadWidth}");
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
        => new(
            RefusalCode.TensorShapeWrong,
            $"Tensor {tensor.Name} of {Path.GetFileName(tensor.File)} has shape [{string.Join(", ", tensor.Shape)}]; the rest of the model needs {expected}.",
            tensor.Name,
            Path.GetFileName(tensor.File),
            string.Join(", ", tensor.Shape),
            expected);
}
