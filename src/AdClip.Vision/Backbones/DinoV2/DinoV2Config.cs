using System.Text.Json;
using AdClip.Vision.Backbones.Clip;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>A value that a configuration states and the weights tell as well.</summary>
internal sealed record DinoV2Fact(string Key, object Stated, Func<DinoV2Architecture, object> Told);

/// <summary>The <c>config.json</c> of Hugging Face or timm that lies beside weights; what it is silent about is null.</summary>
/// <remarks>The weights do not tell the heads and the epsilon, and wrong ones give plausible nonsense.</remarks>
/// <param name="FileName">For sentences.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="NormEpsilon">Of every layer norm.</param>
/// <param name="IsTimm">Whether it is timm's.</param>
/// <param name="Facts">What must agree with the weights.</param>
internal sealed record DinoV2Config(string FileName, int? Heads, float? NormEpsilon, bool IsTimm, IReadOnlyList<DinoV2Fact> Facts)
{
    /// <summary>What the JSON says about a DINOv2 model; null if it is about something else.</summary>
    /// <exception cref="RefusedInputException">A variant that is not computed, or an unusable value.</exception>
    public static DinoV2Config? Parse(JsonElement root, string fileName)
    {
        try
        {
            return root.ValueKind != JsonValueKind.Object ? null : HuggingFace(root, fileName) ?? Timm(root, fileName);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException)
        {
            throw ModelFolder.Damaged(fileName, wrong.Message);
        }
    }

    /// <summary>The architecture with the stated settings in place of the usual ones.</summary>
    /// <exception cref="RefusedInputException">The configuration belongs to other weights, or has an impossible value.</exception>
    public DinoV2Architecture ApplyTo(DinoV2Architecture model)
    {
        foreach (var fact in Facts)
        {
            var told = fact.Told(model);
            if (!told.Equals(fact.Stated))
            {
                throw new RefusedInputException(
                    RefusalCode.ModelConfigContradiction,
                    $"{FileName} says that {fact.Key} is {fact.Stated}, the weights say {told}; put the configuration of these weights beside them.",
                    FileName, fact.Key, fact.Stated, told);
            }
        }
        var heads = Heads ?? model.Heads;
        if (heads < 1 || model.Width % heads != 0)
        {
            throw ModelFolder.Damaged(FileName, $"{heads} attention heads for a width of {model.Width}");
        }
        var epsilon = NormEpsilon ?? model.NormEpsilon;
        return epsilon is > 0 and < 1
            ? model with { Heads = heads, NormEpsilon = epsilon }
            : throw ModelFolder.Damaged(FileName, $"a layer norm epsilon of {epsilon}");
    }

    private static DinoV2Config? HuggingFace(JsonElement root, string fileName)
    {
        if (Text(root, "model_type") is not ("dinov2" or "dinov2_with_registers"))
        {
            return null;
        }
        if (Text(root, "hidden_act") is { } activation and not "gelu")
        {
            throw Unsupported(fileName, "hidden_act", activation);
        }
        if (Flag(root, "qkv_bias") == false)
        {
            throw Unsupported(fileName, "qkv_bias", "false");
        }
        return new DinoV2Config(fileName, ClipConfig.Integer(root, "num_attention_heads"), ClipConfig.Number(root, "layer_norm_eps"), IsTimm: false,
        [
            .. Fact(ClipConfig.Integer(root, "hidden_size"), "hidden_size", model => model.Width),
            .. Fact(ClipConfig.Integer(root, "num_hidden_layers"), "num_hidden_layers", model => model.Layers),
            .. Fact(ClipConfig.Integer(root, "patch_size"), "patch_size", model => model.PatchSize),
            .. Fact(ClipConfig.Integer(root, "image_size"), "image_size", model => model.NativeImageSize),
            .. Fact(ClipConfig.Integer(root, "num_register_tokens"), "num_register_tokens", model => model.Registers),
            .. Fact(Flag(root, "use_swiglu_ffn"), "use_swiglu_ffn", model => model.IsGated),
        ]);
    }

    private static DinoV2Config? Timm(JsonElement root, string fileName)
    {
        if (Text(root, "architecture") is not { } name || !name.Contains("dinov2", StringComparison.Ordinal))
        {
            return null;
        }
        var arguments = root.TryGetProperty("model_args", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        int? Argument(string key) => arguments.ValueKind == JsonValueKind.Object ? ClipConfig.Integer(arguments, key) : null;
        return new DinoV2Config(fileName, Argument("num_heads"), null, IsTimm: true,
        [
            .. Fact(ClipConfig.Integer(root, "num_features"), "num_features", model => model.Width),
            .. Fact(Argument("embed_dim"), "model_args.embed_dim", model => model.Width),
            .. Fact(Argument("depth"), "model_args.depth", model => model.Layers),
            .. Fact(Argument("patch_size"), "model_args.patch_size", model => model.PatchSize),
            .. Fact(Argument("img_size"), "model_args.img_size", model => model.NativeImageSize),
            .. Fact(Argument("reg_tokens"), "model_args.reg_tokens", model => model.Registers),
        ]);
    }

    private static DinoV2Fact[] Fact<T>(T? stated, string key, Func<DinoV2Architecture, object> told) where T : struct
        => stated is { } value ? [new DinoV2Fact(key, value, told)] : [];

    private static string? Text(JsonElement root, string key)
        => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    private static bool? Flag(JsonElement root, string key)
        => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : null;

    private static RefusedInputException Unsupported(string fileName, string key, string value)
        => new(
            RefusalCode.ModelSettingUnsupported, $"{fileName} sets {key} to {value}, which this program does not compute; use a plain DINOv2 model.",
            fileName, key, value);
}
