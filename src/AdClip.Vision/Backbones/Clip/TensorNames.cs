namespace AdClip.Vision.Backbones.Clip;

/// <summary>Translates OpenAI's tensor names, which everything here uses, to Hugging Face's and open_clip's.</summary>
internal static class TensorNames
{
    /// <summary>A tensor that only files with Hugging Face's names have.</summary>
    public const string HuggingFaceMark = "vision_model.embeddings.class_embedding";

    /// <summary>Begins the names of the image transformer in OpenAI's naming.</summary>
    public const string VisionPrefix = "visual.";

    /// <summary>What open_clip puts before the names of a text transformer that is an object of its own.</summary>
    public const string TextPrefix = "text.";

    /// <summary>A tensor that only files with that prefix have.</summary>
    public const string TextPrefixMark = "text.token_embedding.weight";

    // In this order: a longer name before one that it contains.
    private static readonly (string OpenAi, string HuggingFace)[] Parts =
    [
        ("visual.class_embedding", "vision_model.embeddings.class_embedding"),
        ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
        ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
        ("visual.ln_pre.", "vision_model.pre_layrnorm."),
        ("visual.ln_post.", "vision_model.post_layernorm."),
        ("visual.proj", "visual_projection.weight"),
        ("visual.transformer.resblocks.", "vision_model.encoder.layers."),
        ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
        ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
        ("ln_final.", "text_model.final_layer_norm."),
        ("text_projection", "text_projection.weight"),
        ("transformer.resblocks.", "text_model.encoder.layers."),
    ];

    private static readonly (string OpenAi, string HuggingFace)[] BlockParts =
    [
        (".ln_1.", ".layer_norm1."),
        (".ln_2.", ".layer_norm2."),
        (".mlp.c_fc.", ".mlp.fc1."),
        (".mlp.c_proj.", ".mlp.fc2."),
        (".attn.out_proj.", ".self_attn.out_proj."),
    ];

    /// <summary>Hugging Face's name of a tensor, or of a group of tensors if <paramref name="openAi"/> ends with a dot.</summary>
    public static string HuggingFace(string openAi)
    {
        var (prefix, replacement) = Array.Find(Parts, part => openAi.StartsWith(part.OpenAi, StringComparison.Ordinal));
        if (prefix is null)
        {
            return openAi;
        }
        var name = replacement + openAi[prefix.Length..];
        foreach (var (ours, theirs) in BlockParts)
        {
            name = name.Replace(ours, theirs, StringComparison.Ordinal);
        }
        return name;
    }

    /// <summary>Whether Hugging Face stores this matrix the other way round: [out, in] where OpenAI has [in, out].</summary>
    public static bool IsTransposed(string openAi) => openAi is "visual.proj" or "text_projection";

    /// <summary>Hugging Face's own tensor for one part (query, key, value) of the projection that OpenAI stores as one.</summary>
    public static string HuggingFacePart(string block, int part, string kind) => $"{HuggingFace(block)}self_attn.{"qkv"[part]}_proj.{kind}";
}
