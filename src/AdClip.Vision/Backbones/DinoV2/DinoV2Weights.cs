using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>The tensors of a DINOv2 model under the original's names, with the architecture that their shapes and configuration tell.</summary>
/// <remarks>A file with the names of Hugging Face or timm, or of a training run, is translated here; nothing else knows of them.</remarks>
internal sealed class DinoV2Weights
{
    private const float UsualEpsilon = 1e-6f;
    private const int UsualHeadWidth = 64;

    private readonly WeightFile _file;
    private readonly DinoV2Names _names;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    private DinoV2Weights(WeightFile file, DinoV2Names names, DinoV2Config? config)
    {
        (_file, _names) = (file, names);
        Architecture = Infer(config?.Heads is not null);
        Architecture = config?.ApplyTo(Architecture) ?? Architecture;
        CheckShapes();
        CheckNothingElse();
        Architecture = Architecture with { Parameters = _used.Sum(name => file.Tensors[name].Count) };
    }

    public DinoV2Architecture Architecture { get; }

    public string FilePath => _file.FilePath;

    /// <summary>Whose names the file has.</summary>
    public DinoV2Naming Naming => _names.Naming;

    /// <summary>Whether the query, key and value projections lie in the file as one tensor.</summary>
    public bool HasJoinedProjections => Naming != DinoV2Naming.HuggingFace;

    /// <summary>Whether a file's names are those of a DINOv2 model (or of another plain vision transformer, which is refused when opened).</summary>
    public static bool IsKind(WeightFile file) => Names(file, null) is not null;

    /// <param name="file">The tensors.</param>
    /// <param name="config">The configuration beside them; null: heads 64 wide and the usual epsilon.</param>
    /// <exception cref="RefusedInputException">
    /// Not a DINOv2 model, a tensor is missing or left over, or its shapes contradict each other or the configuration.
    /// </exception>
    public static DinoV2Weights From(WeightFile file, DinoV2Config? config = null)
        => new(file, Names(file, config) ?? throw Missing(file, DinoV2Names.Mark), config);

    /// <summary>The tensor of this name of the original's.</summary>
    /// <exception cref="RefusedInputException">There is none.</exception>
    public StoredTensor this[string name]
        => _file.Tensors.TryGetValue(_names.InFile(name), out var tensor) ? tensor with { Name = name } : throw Missing(_file, _names.InFile(name));

    /// <summary>One part (0 query, 1 key, 2 value) of a block's input projection.</summary>
    /// <param name="block">The block's name, ending with a dot.</param>
    /// <param name="part">0 query, 1 key, 2 value.</param>
    /// <param name="kind"><c>weight</c> [D, D] or <c>bias</c> [D].</param>
    public StoredTensor Projection(string block, int part, string kind)
    {
        if (!HasJoinedProjections)
        {
            return this[$"{block}attn.{PartName(part)}.{kind}"];
        }
        var joined = this[$"{block}attn.qkv.{kind}"];
        var rows = joined.Shape[0] / 3;
        return joined with
        {
            Name = $"{joined.Name}.{part}",
            Shape = [rows, .. joined.Shape.Skip(1)],
            Offset = joined.Offset + (part * rows * joined.Strides[0] * joined.Type.Bytes()),
        };
    }

    /// <summary>The position table with the class token's row first: [1 + M·M, D].</summary>
    /// <remarks>timm adds that row to the class token of its register models, so it is zero there.</remarks>
    public float[] ReadPositions()
    {
        var stored = this["pos_embed"].ReadFloats();
        return HasClassRow ? stored : [.. new float[Architecture.Width], .. stored];
    }

    private bool HasClassRow => Naming != DinoV2Naming.Timm || Architecture.Registers == 0;

    private static string PartName(int part) => part switch { 0 => "query", 1 => "key", _ => "value" };

    private static DinoV2Names? Names(WeightFile file, DinoV2Config? config)
        => DinoV2Names.Find(file.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Shape, StringComparer.Ordinal), config?.IsTimm ?? false);

    private DinoV2Architecture Infer(bool hasStatedHeads)
    {
        var patches = Shaped(DinoV2Names.Mark, 4);
        var (width, patch) = (Length(patches, 0), Length(patches, 3));
        var registers = _file.Tensors.ContainsKey(_names.InFile("register_tokens")) ? Length(Shaped("register_tokens", 3), 1) : 0;
        var positions = Shaped("pos_embed", 3);
        var classRows = Naming == DinoV2Naming.Timm && registers > 0 ? 0 : 1;
        var cells = Length(positions, 1) - classRows;
        var grid = (int)Math.Round(Math.Sqrt(cells));
        if (grid == 0 || grid * grid != cells)
        {
            throw Wrong(positions, classRows == 0 ? "[1, M * M, D] with a whole number M" : "[1, 1 + M * M, D] with a whole number M");
        }
        if (!hasStatedHeads && width % UsualHeadWidth != 0)
        {
            throw Wrong(patches, $"a width that is a multiple of {UsualHeadWidth}, or a config.json that states the heads");
        }
        var isGated = _file.Tensors.ContainsKey(_names.InFile("blocks.0.mlp.w12.weight"));
        var hidden = Length(Shaped(isGated ? "blocks.0.mlp.w3.weight" : "blocks.0.mlp.fc2.weight", 2), 1);
        return new DinoV2Architecture
        {
            Width = width,
            Layers = _names.Layers > 0 ? _names.Layers : throw Missing(_file, _names.InFile("blocks.0.norm1.weight")),
            Heads = Math.Max(1, width / UsualHeadWidth),
            PatchSize = patch,
            Grid = grid,
            Registers = registers,
            HiddenWidth = hidden,
            IsGated = isGated,
            NormEpsilon = UsualEpsilon,
            Positions = Naming == DinoV2Naming.Timm || registers > 0 ? PositionConvention.Antialias
                : Naming == DinoV2Naming.HuggingFace ? PositionConvention.Size
                : PositionConvention.Offset,
            Parameters = 0,
        };
    }

    private void CheckShapes()
    {
        var a = Architecture;
        Check(DinoV2Names.Mark, a.Width, 3, a.PatchSize, a.PatchSize);
        Check("patch_embed.proj.bias", a.Width);
        Check("cls_token", 1, 1, a.Width);
        Check("pos_embed", 1, ((long)a.Grid * a.Grid) + (HasClassRow ? 1 : 0), a.Width);
        if (a.Registers > 0)
        {
            Check("register_tokens", 1, a.Registers, a.Width);
        }
        CheckPair("norm", a.Width);
        for (var i = 0; i < a.Layers; i++)
        {
            var block = $"blocks.{i}.";
            CheckPair(block + "norm1", a.Width);
            CheckPair(block + "norm2", a.Width);
            Check(block + "ls1.gamma", a.Width);
            Check(block + "ls2.gamma", a.Width);
            if (HasJoinedProjections)
            {
                CheckLinear(block + "attn.qkv", 3L * a.Width, a.Width);
            }
            else
            {
                for (var part = 0; part < 3; part++)
                {
                    CheckLinear($"{block}attn.{PartName(part)}", a.Width, a.Width);
                }
            }
            CheckLinear(block + "attn.proj", a.Width, a.Width);
            CheckLinear(block + (a.IsGated ? "mlp.w12" : "mlp.fc1"), (a.IsGated ? 2L : 1L) * a.HiddenWidth, a.Width);
            CheckLinear(block + (a.IsGated ? "mlp.w3" : "mlp.fc2"), a.Width, a.HiddenWidth);
        }
    }

    // A tensor that nothing reads belongs to a variant that would be computed wrongly.
    private void CheckNothingElse()
    {
        if (_file.Tensors.Keys.Where(name => !_used.Contains(name) && !_names.IsHarmless(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            var name = Path.GetFileName(FilePath);
            throw new RefusedInputException(
                RefusalCode.TensorUnknown,
                $"{name} has the tensor {unknown}, which a DINOv2 model of this kind does not have, so it would be computed wrongly; use the "
                    + "model as it was published (the original, Hugging Face or timm).",
                name, unknown);
        }
    }

    private void CheckPair(string name, long length)
    {
        Check(name + ".weight", length);
        Check(name + ".bias", length);
    }

    private void CheckLinear(string name, long outputs, long inputs)
    {
        Check(name + ".weight", outputs, inputs);
        Check(name + ".bias", outputs);
    }

    private void Check(string name, params long[] shape)
    {
        var tensor = this[name];
        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw Wrong(tensor, $"[{string.Join(", ", shape)}]");
        }
        _used.Add(_names.InFile(name));
    }

    private StoredTensor Shaped(string name, int axes)
    {
        var tensor = this[name];
        return tensor.Shape.Count == axes && !tensor.Shape.Contains(0) ? tensor : throw Wrong(tensor, $"{axes} axes, none empty");
    }

    private int Length(StoredTensor tensor, int axis)
        => tensor.Shape[axis] <= int.MaxValue ? (int)tensor.Shape[axis] : throw Wrong(tensor, "a smaller shape");

    private RefusedInputException Wrong(StoredTensor tensor, string expected)
    {
        var (name, file, shape) = (_names.InFile(tensor.Name), Path.GetFileName(FilePath), string.Join(", ", tensor.Shape));
        return new RefusedInputException(
            RefusalCode.TensorShapeWrong,
            $"Tensor {name} of {file} has shape [{shape}]; the rest of the model needs {expected}; use the model as it was published.",
            name, file, shape, expected);
    }

    private static RefusedInputException Missing(WeightFile file, string nameInFile)
    {
        var name = Path.GetFileName(file.FilePath);
        return new RefusedInputException(
            RefusalCode.TensorMissing,
            $"{name} has no tensor {nameInFile}; it is not a whole DINOv2 model under the names of the original, Hugging Face or timm; copy it again.",
            name, nameInFile);
    }
}
