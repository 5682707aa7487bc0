using System.Text.Json;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Reads the <c>open_clip_config.json</c> of open_clip, or one of the model configurations that it ships.</summary>
/// <remarks>Where <c>quick_gelu</c> is not stated, open_clip's models use the exact GELU, unlike OpenAI's.</remarks>
internal static class OpenClipConfig
{
    // What changes the computation in ways that are not built here, with the one value that does not.
    private static readonly (string Key, string Plain)[] Vision =
    [
        ("timm_model_name", "null"), ("ls_init_value", "null"), ("attentional_pool", "false"), ("global_average_pool", "false"),
        ("pool_type", "tok"), ("no_ln_pre", "false"), ("final_ln_after_pool", "false"), ("pos_embed_type", "learnable"),
        ("input_patchnorm", "false"), ("block_type", "null"), ("qk_norm", "false"),
    ];

    private static readonly (string Key, string Plain)[] Text =
    [
        ("hf_model_name", "null"), ("ls_init_value", "null"), ("no_causal_mask", "false"), ("pool_type", "argmax"),
        ("proj_type", "linear"), ("proj_bias", "false"), ("embed_cls", "false"), ("block_type", "null"), ("qk_norm", "false"),
    ];

    /// <summary>Null if the JSON is not of this kind.</summary>
    public static ClipConfig? Parse(JsonElement root, string fileName)
    {
        var model = root.TryGetProperty("model_cfg", out var wrapped) ? wrapped : root;
        if (!model.TryGetProperty("vision_cfg", out var vision) || !model.TryGetProperty("text_cfg", out var text))
        {
            return null;
        }
        CheckPlain(vision, "vision_cfg.", Vision, fileName);
        CheckPlain(text, "text_cfg.", Text, fileName);
        var isQuick = model.TryGetProperty("quick_gelu", out var quick) && quick.ValueKind != JsonValueKind.Null && quick.GetBoolean();
        var activation = isQuick ? ClipActivation.QuickGelu : ClipActivation.Gelu;
        return new ClipConfig(
            fileName,
            new TowerConfig(activation, null, ClipConfig.Integer(vision, "head_width"), Epsilon(vision)),
            new TowerConfig(activation, ClipConfig.Integer(text, "heads"), null, Epsilon(text)),
            [
                .. ClipConfig.Fact(model, "", "embed_dim", told => told.EmbedWidth),
                .. ClipConfig.Fact(vision, "vision_cfg.", "width", told => told.VisionWidth),
                .. ClipConfig.Fact(vision, "vision_cfg.", "layers", told => told.VisionLayers),
                .. ClipConfig.Fact(vision, "vision_cfg.", "patch_size", told => told.PatchSize),
                .. ClipConfig.Fact(vision, "vision_cfg.", "image_size", told => told.NativeImageSize),
                .. ClipConfig.Fact(text, "text_cfg.", "width", told => told.TextWidth),
                .. ClipConfig.Fact(text, "text_cfg.", "layers", told => told.TextLayers),
                .. ClipConfig.Fact(text, "text_cfg.", "context_length", told => told.ContextLength),
                .. ClipConfig.Fact(text, "text_cfg.", "vocab_size", told => told.VocabularySize),
            ]);
    }

    private static void CheckPlain(JsonElement tower, string prefix, (string Key, string Plain)[] settings, string fileName)
    {
        foreach (var (key, plain) in settings)
        {
            if (tower.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
                && !value.ToString().Equals(plain, StringComparison.OrdinalIgnoreCase))
            {
                throw ClipConfig.Unsupported(fileName, prefix + key, value.GetRawText() is { Length: <= 100 } text ? text : "a long value");
            }
        }
    }

    private static float? Epsilon(JsonElement tower)
        => tower.TryGetProperty("norm_kwargs", out var norm) && norm.ValueKind == JsonValueKind.Object ? ClipConfig.Number(norm, "eps") : null;
}
