using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>Turns a distance to the nearest good patch into a probability: sigmoid(Scale · distance − Offset).</summary>
internal readonly record struct DistanceCalibration(double Scale, double Offset)
{
    public float Probability(float distance) => (float)(1 / (1 + Math.Exp(Offset - (Scale * distance))));
}

/// <summary>How tokens become a map and a score: which layers, how pooled, how text and good images are weighed.</summary>
internal sealed record ScoringScheme
{
    /// <summary>Layers compared with the texts.</summary>
    public required IReadOnlyList<int> ZeroShotLayers { get; init; }

    /// <summary>Layers compared with good patches.</summary>
    public required IReadOnlyList<int> FewShotLayers { get; init; }

    /// <summary>Divides cosines before the softmax.</summary>
    public required float Temperature { get; init; }

    /// <summary>Part of the patches that the pooled score averages.</summary>
    public required double TopFraction { get; init; }

    /// <summary>Share of the class token in the zero-shot score; the rest is the pooled map.</summary>
    public required double ClassWeight { get; init; }

    /// <summary>Share of good images in the map when there are any.</summary>
    public required double FewShotMapWeight { get; init; }

    /// <summary>Share of good images in the score when there are any.</summary>
    public required double FewShotScoreWeight { get; init; }

    /// <summary>Gaussian's standard deviation as a part of the side; 0 if <see cref="SigmaPixels"/> is used.</summary>
    public required double SigmaPerSide { get; init; }

    /// <summary>Gaussian's standard deviation in pixels of the input frame.</summary>
    public required double SigmaPixels { get; init; }

    /// <summary>By few-shot layer; empty if the model has none: then half the distance is shown.</summary>
    public required IReadOnlyDictionary<int, DistanceCalibration> Calibrations { get; init; }

    /// <summary>See <see cref="Backbones.BackboneShape.HasScaledTokens"/>.</summary>
    public bool HasScaledTokens { get; init; }

    private const double TopOnePercent = 0.01;

    public double Sigma(int side) => SigmaPixels + (SigmaPerSide * side);

    /// <summary>AnomalyCLIP without good images; with them, text and distance weigh the same, as in WinCLIP (equation 5).</summary>
    public static ScoringScheme AnomalyClip(IReadOnlyList<int> layers) => new()
    {
        ZeroShotLayers = layers,
        FewShotLayers = layers,
        Temperature = TextPair.DefaultTemperature,
        TopFraction = TopOnePercent,
        ClassWeight = 1,
        FewShotMapWeight = 0.5,
        FewShotScoreWeight = 0.5,
        SigmaPerSide = 0,
        SigmaPixels = 4,
        Calibrations = new Dictionary<int, DistanceCalibration>(),
    };

    /// <summary>Of a model without words: distances to good images alone, smoothed as adclip-mini's.</summary>
    public static ScoringScheme GoodImages(IReadOnlyList<int> layers) => AnomalyClip(layers) with
    {
        ClassWeight = 0,
        FewShotMapWeight = 1,
        FewShotScoreWeight = 1,
        SigmaPerSide = 4.0 / 224,
        SigmaPixels = 0,
    };

    /// <summary>The scheme in a model's <c>config.json</c>.</summary>
    public static ScoringScheme From(JsonElement config)
    {
        var layers = config.GetProperty("feature_layers");
        var zeroShot = config.GetProperty("zero_shot").GetProperty("image_score");
        var fusion = config.GetProperty("fusion");
        var calibrations = new Dictionary<int, DistanceCalibration>();
        foreach (var entry in config.GetProperty("few_shot").GetProperty("calibration").EnumerateObject())
        {
            if (entry.Name.StartsWith("layer_", StringComparison.Ordinal))
            {
                calibrations[int.Parse(entry.Name["layer_".Length..], CultureInfo.InvariantCulture)] =
                    new DistanceCalibration(entry.Value.GetProperty("scale").GetDouble(), entry.Value.GetProperty("offset").GetDouble());
            }
        }
        return new ScoringScheme
        {
            ZeroShotLayers = Integers(layers.GetProperty("zero_shot")),
            FewShotLayers = Integers(layers.GetProperty("few_shot")),
            Temperature = config.GetProperty("temperature").GetSingle(),
            TopFraction = TopOnePercent,
            ClassWeight = zeroShot.GetProperty("class_weight").GetDouble(),
            FewShotMapWeight = fusion.GetProperty("map").GetProperty("few_shot").GetDouble(),
            FewShotScoreWeight = fusion.GetProperty("image_score").GetProperty("few_shot").GetDouble(),
            SigmaPerSide = config.GetProperty("map_postprocess").GetProperty("gaussian_sigma_px_at_224").GetDouble() / 224,
            SigmaPixels = 0,
            Calibrations = calibrations,
        };

        static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];
    }

    /// <summary>The patch probability that the texts give: mean over layers, [T].</summary>
    public float[] ZeroShotPatches(ImageTokens tokens, TextPair texts)
        => MeanOverLayers(ZeroShotLayers, layer => texts.AbnormalProbability(tokens.Patches(layer), Temperature));

    /// <summary>Mean of one list of values for each layer.</summary>
    public static float[] MeanOverLayers(IReadOnlyList<int> layers, Func<int, float[]> values)
    {
        var sum = values(layers[0]);
        foreach (var layer in layers.Skip(1))
        {
            TensorPrimitives.Add(sum, values(layer), sum);
        }
        TensorPrimitives.Divide(sum, layers.Count, sum);
        return sum;
    }
}
