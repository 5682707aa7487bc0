using System.Collections.Frozen;
using System.Globalization;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>Whose names the tensors of a DINOv2 model have.</summary>
internal enum DinoV2Naming
{
    /// <summary>The original's: <c>blocks.0.attn.qkv.weight</c>, in chunks <c>blocks.0.0.attn.qkv.weight</c>.</summary>
    Original,

    /// <summary>Hugging Face's: <c>encoder.layer.0.attention.attention.query.weight</c>.</summary>
    HuggingFace,

    /// <summary>timm's: the original's, but for registers and the gated feed-forward part.</summary>
    Timm,
}

/// <summary>Translates the original's tensor names, which everything here uses, to those of a file.</summary>
internal sealed class DinoV2Names
{
    /// <summary>The first of the original's names: files without it are of another kind.</summary>
    public const string Mark = "patch_embed.proj.weight";

    private const string HuggingFaceMark = "embeddings.patch_embeddings.projection.weight";
    private const string Blocks = "blocks.";
    private const string HuggingFaceBlocks = "encoder.layer.";

    private static readonly string[] OriginalPrefixes = ["", "backbone.", "teacher.backbone.", "teacher."];
    private static readonly string[] HuggingFacePrefixes = ["", "dinov2.", "dinov2_with_registers."];

    private static readonly FrozenDictionary<string, string> HuggingFaceNames = new Dictionary<string, string>
    {
        ["cls_token"] = "embeddings.cls_token",
        ["mask_token"] = "embeddings.mask_token",
        ["pos_embed"] = "embeddings.position_embeddings",
        ["register_tokens"] = "embeddings.register_tokens",
        ["patch_embed.proj.weight"] = HuggingFaceMark,
        ["patch_embed.proj.bias"] = "embeddings.patch_embeddings.projection.bias",
        ["norm.weight"] = "layernorm.weight",
        ["norm.bias"] = "layernorm.bias",
    }.ToFrozenDictionary();

    private static readonly (string Original, string HuggingFace)[] HuggingFaceParts =
    [
        (".attn.query.", ".attention.attention.query."),
        (".attn.key.", ".attention.attention.key."),
        (".attn.value.", ".attention.attention.value."),
        (".attn.proj.", ".attention.output.dense."),
        (".ls1.gamma", ".layer_scale1.lambda1"),
        (".ls2.gamma", ".layer_scale2.lambda1"),
        (".mlp.w12.", ".mlp.weights_in."),
        (".mlp.w3.", ".mlp.weights_out."),
    ];

    // What training or classification needs: heads on top of the tokens, and the token in place of hidden patches.
    private static readonly string[] Harmless = ["head.", "linear_head.", "classifier.", "dino_head.", "ibot_head."];

    private readonly string _prefix;
    private readonly Dictionary<int, string> _blocks = [];
    private readonly bool _isGatedTimm;

    private DinoV2Names(DinoV2Naming naming, string prefix, IEnumerable<string> names, bool isGatedTimm)
    {
        (Naming, _prefix, _isGatedTimm) = (naming, prefix, isGatedTimm);
        var start = prefix + (naming == DinoV2Naming.HuggingFace ? HuggingFaceBlocks : Blocks);
        string[][] paths = [.. names.Where(name => name.StartsWith(start, StringComparison.Ordinal)).Select(name => name[start.Length..].Split('.', 3))];
        foreach (var path in paths.Where(path => path.Length == 3 && Index(path[1]) is null))
        {
            if (Index(path[0]) is { } block)
            {
                _blocks.TryAdd(block, $"{start}{path[0]}.");
            }
        }
        // blocks.C.I.norm1.weight, where I counts on through the chunks C.
        foreach (var path in paths.Where(path => path.Length == 3 && Index(path[0]) is not null))
        {
            if (Index(path[1]) is { } block)
            {
                _blocks.TryAdd(block, $"{start}{path[0]}.{path[1]}.");
            }
        }
    }

    public DinoV2Naming Naming { get; }

    /// <summary>Blocks that the names tell of.</summary>
    public int Layers => _blocks.Count == 0 ? 0 : _blocks.Keys.Max() + 1;

    /// <summary>The names of a file; null if it is of another kind.</summary>
    /// <param name="tensors">The file's tensors: names and shapes.</param>
    /// <param name="isTimm">Whether a configuration of timm's lies beside it.</param>
    public static DinoV2Names? Find(IReadOnlyDictionary<string, IReadOnlyList<long>> tensors, bool isTimm)
    {
        if (HuggingFacePrefixes.FirstOrDefault(prefix => tensors.ContainsKey(prefix + HuggingFaceMark)) is { } hub)
        {
            return new DinoV2Names(DinoV2Naming.HuggingFace, hub, tensors.Keys, isGatedTimm: false);
        }
        if (OriginalPrefixes.FirstOrDefault(prefix => tensors.ContainsKey(prefix + Mark)) is not { } start)
        {
            return null;
        }
        // timm drops the mask token, names registers otherwise and packs the gated part as if it were a plain one.
        var isGated = tensors.TryGetValue(start + "blocks.0.mlp.fc1.weight", out var first)
            && tensors.TryGetValue(start + "blocks.0.mlp.fc2.weight", out var second)
            && first is [var outer, _] && second is [_, var inner] && outer == 2 * inner;
        var isOriginal = tensors.ContainsKey(start + "register_tokens")
            || (!isTimm && !isGated && tensors.ContainsKey(start + "mask_token") && !tensors.ContainsKey(start + "reg_token"));
        return new DinoV2Names(isOriginal ? DinoV2Naming.Original : DinoV2Naming.Timm, start, tensors.Keys, isGated && !isOriginal);
    }

    /// <summary>The file's name for a tensor of the original's name; for the parts of <c>attn.qkv</c> in Hugging Face's naming
    /// <c>attn.query</c>, <c>attn.key</c> and <c>attn.value</c>.</summary>
    public string InFile(string name)
    {
        if (name.StartsWith(Blocks, StringComparison.Ordinal))
        {
            var end = name.IndexOf('.', Blocks.Length);
            var index = int.Parse(name.AsSpan(Blocks.Length, end - Blocks.Length), NumberStyles.None, CultureInfo.InvariantCulture);
            var rest = name[end..];
            foreach (var (original, hub) in Naming == DinoV2Naming.HuggingFace ? HuggingFaceParts : [])
            {
                rest = rest.Replace(original, hub, StringComparison.Ordinal);
            }
            if (_isGatedTimm)
            {
                rest = rest.Replace(".mlp.w12.", ".mlp.fc1.", StringComparison.Ordinal).Replace(".mlp.w3.", ".mlp.fc2.", StringComparison.Ordinal);
            }
            var start = _blocks.GetValueOrDefault(index) ?? $"{_prefix}{(Naming == DinoV2Naming.HuggingFace ? HuggingFaceBlocks : Blocks)}{index}.";
            return start + rest[1..];
        }
        return _prefix + Naming switch
        {
            DinoV2Naming.HuggingFace => HuggingFaceNames[name],
            DinoV2Naming.Timm when name == "register_tokens" => "reg_token",
            _ => name,
        };
    }

    /// <summary>Whether a tensor of the file is known to change no token of an image.</summary>
    public bool IsHarmless(string nameInFile)
    {
        if (nameInFile == InFile("mask_token"))
        {
            return true;
        }
        // Heads stand beside the backbone, or under the same prefix as it.
        string[] prefixes = [.. OriginalPrefixes, .. HuggingFacePrefixes];
        return Array.Exists(prefixes, prefix => Array.Exists(Harmless, part => nameInFile.StartsWith(prefix + part, StringComparison.Ordinal)));
    }

    private static int? Index(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
