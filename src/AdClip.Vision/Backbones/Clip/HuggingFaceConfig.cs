using System.Text.Json;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Reads the <c>config.json</c> of a Hugging Face <c>CLIPModel</c>.</summary>
internal static class HuggingFaceConfig
{
    /// <summary>Null if the JSON is not of this kind.</summary>
    public static ClipConfig? Parse(JsonElement root, string fileName)
    {
        if (!root.TryGetProperty("vision_config", out var vision) || !root.TryGetProperty("text_config", out var text))
        {
            return null;
        }
        if (root.TryGetProperty("model_type", out var kind) && kind.GetString() is not "clip")
        {
            throw ClipConfig.Unsupported(fileName, "model_type", kind.GetString() ?? "null");
        }
        return new ClipConfig(fileName, Tower(vision, "vision_config.", fileName), Tower(text, "text_config.", fileName),
        [
            .. ClipConfig.Fact(root, "", "projection_dim", model => model.EmbedWidth),
            .. ClipConfig.Fact(vision, "vision_config.", "hidden_size", model => model.VisionWidth),
            .. ClipConfig.Fact(vision, "vision_config.", "num_hidden_layers", model => model.VisionLayers),
            .. ClipConfig.Fact(vision, "vision_config.", "patch_size", model => model.PatchSize),
            .. ClipConfig.Fact(vision, "vision_config.", "image_size", model => model.NativeImageSize),
            .. ClipConfig.Fact(text, "text_config.", "hidden_size", model => model.TextWidth),
            .. ClipConfig.Fact(text, "text_config.", "num_hidden_layers", model => model.TextLayers),
            .. ClipConfig.Fact(text, "text_config.", "max_position_embeddings", model => model.ContextLength),
            .. ClipConfig.Fact(text, "text_config.", "vocab_size", model => model.VocabularySize),
        ]);
    }

    public static ClipActivation Activation(string? name, string key, string fileName) => name switch
    {
        "quick_gelu" => ClipActivation.QuickGelu,
        "gelu" => ClipActivation.Gelu,
        _ => throw ClipConfig.Unsupported(fileName, key, name ?? "null"),
    };

    // CLIPModel's own defaults where a key is missing: quick_gelu.
    private static TowerConfig Tower(JsonElement tower, string prefix, string fileName) => new(
        tower.TryGetProperty("hidden_act", out var activation) ? Activation(activation.GetString(), prefix + "hidden_act", fileName) : ClipActivation.QuickGelu,
        ClipConfig.Integer(tower, "num_attention_heads"),
        null,
        ClipConfig.Number(tower, "layer_norm_eps"));
}
