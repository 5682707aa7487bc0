using System.Text.Json;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>What a configuration says about one transformer; null where it is silent.</summary>
internal sealed record TowerConfig(ClipActivation Activation, int? Heads, int? HeadWidth, float? NormEpsilon);

/// <summary>A number that a configuration states and the weights tell as well.</summary>
internal sealed record ConfigFact(string Key, int Stated, Func<ClipArchitecture, int> Told);

/// <summary>The configuration that lies beside weights: Hugging Face's, open_clip's or our own.</summary>
/// <remarks>The weights do not tell the activation and the heads, and wrong ones give plausible nonsense.</remarks>
internal sealed record ClipConfig(string FileName, TowerConfig Vision, TowerConfig Text, IReadOnlyList<ConfigFact> Facts)
{
    /// <summary>What the JSON says about a CLIP model; null if it is about something else.</summary>
    /// <exception cref="RefusedInputException">A kind of model that is not run, or an unusable value.</exception>
    public static ClipConfig? Parse(JsonElement root, string fileName)
    {
        try
        {
            return root.ValueKind != JsonValueKind.Object ? null
                : OpenClipConfig.Parse(root, fileName) ?? HuggingFaceConfig.Parse(root, fileName) ?? ParseOwn(root, fileName);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw ModelFolder.Damaged(fileName, wrong.Message);
        }
    }

    /// <summary>The architecture with the stated settings in place of OpenAI's.</summary>
    /// <exception cref="RefusedInputException">The configuration belongs to other weights.</exception>
    public ClipArchitecture ApplyTo(ClipArchitecture model)
    {
        foreach (var fact in Facts)
        {
            if (fact.Told(model) != fact.Stated)
            {
                throw new RefusedInputException(
                    RefusalCode.ModelConfigContradiction,
                    $"{FileName} says that {fact.Key} is {fact.Stated}, the weights "
                        + $"say {fact.Told(model)}; put the configuration of these weights beside them.",
                    FileName, fact.Key, fact.Stated, fact.Told(model));
            }
        }
        return model with { Vision = Tower(Vision, model.VisionWidth, model.Vision), Text = Tower(Text, model.TextWidth, model.Text) };
    }

    /// <summary>An integer of the configuration as a fact; nothing where it is silent or states another kind of value.</summary>
    public static IEnumerable<ConfigFact> Fact(JsonElement parent, string prefix, string key, Func<ClipArchitecture, int> told)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var stated)
            ? [new ConfigFact(prefix + key, stated, told)]
            : [];

    public static int? Integer(JsonElement parent, string key)
        => parent.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetInt32() : null;

    public static float? Number(JsonElement parent, string key)
        => parent.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetSingle() : null;

    public static RefusedInputException Unsupported(string fileName, string key, string value)
        => new(
            RefusalCode.ModelSettingUnsupported, $"{fileName} sets {key} to {value}, which this program does not compute; use a plain ViT CLIP model.",
            fileName, key, value);

    private static ClipConfig? ParseOwn(JsonElement root, string fileName)
    {
        if (!ModelFolder.IsOwn(root))
        {
            return null;
        }
        var (vision, text) = (root.GetProperty("vision"), root.GetProperty("text"));
        var function = HuggingFaceConfig.Activation(root.GetProperty("activation").GetString(), "activation", fileName);
        var epsilon = Number(root, "layer_norm_eps");
        return new ClipConfig(
            fileName,
            new TowerConfig(function, Integer(vision, "heads"), null, epsilon),
            new TowerConfig(function, Integer(text, "heads"), null, epsilon),
            []);
    }

    private ClipTower Tower(TowerConfig config, int width, ClipTower assumed)
    {
        if (config.Heads is { } count && (count < 1 || width % count != 0))
        {
            throw ModelFolder.Damaged(FileName, $"{count} attention heads for a width of {width}");
        }
        if (config.HeadWidth is { } part && (part < 1 || width % part != 0))
        {
            throw ModelFolder.Damaged(FileName, $"attention heads {part} wide for a width of {width}");
        }
        var heads = config.Heads ?? (config.HeadWidth is { } headWidth ? width / headWidth : assumed.Heads);
        var epsilon = config.NormEpsilon ?? assumed.NormEpsilon;
        return epsilon is > 0 and < 1
            ? new ClipTower(config.Activation, heads, epsilon)
            : throw ModelFolder.Damaged(FileName, $"a layer norm epsilon of {epsilon}");
    }
}
