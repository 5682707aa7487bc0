using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using AdClip.Vision.Clip;

namespace AdClip.Vision.Detection;

/// <summary>Turns a distance to the nearest good patch into a probability: sigmoid(Scale · distance − Offset).</summary>
internal readonly record struct DistanceCalibration(double Scale, double Offset)
{
    public float Probability(float distance) => (float)(1 / (1 + Math.Exp(Offset - (Scale * distance))));
}

/// <summary>How tokens become a map and a score: which layers, how pooled, how text and good images are weighed.</summary>
/// <param name="ZeroShotLayers">Layers compared with the texts.</param>
/// <param name="FewShotLayers">Layers compared with good patches.</param>
/// <param name="Temperature">Divides cosines before the softmax.</param>
/// <param name="TopFraction">Part of the patches that the pooled score averages.</param>
/// <param name="ClassWeight">Share of the class token in the zero-shot score; the rest is the pooled map.</param>
/// <param name="FewShotMapWeight">Share of good images in the map when there are any.</param>
/// <param name="FewShotScoreWeight">Share of good images in the score when there are any.</param>
/// <param name="SigmaPerSide">Gaussian's standard deviation as a part of the side; 0 if <paramref name="SigmaPixels"/> is used.</param>
/// <param name="SigmaPixels">Gaussian's standard deviation in pixels of the input frame.</param>
/// <param name="Calibrations">By few-shot layer; empty if the model has none: then half the distance is shown.</param>
internal sealed record ScoringScheme(
    IReadOnlyList<int> ZeroShotLayers, IReadOnlyList<int> FewShotLayers, float Temperature, double TopFraction, double ClassWeight,
    double FewShotMapWeight, double FewShotScoreWeight, double SigmaPerSide, double SigmaPixels,
    IReadOnlyDictionary<int, DistanceCalibration> Calibrations)
{
    private const double TopOnePercent = 0.01;

    public double Sigma(int side) => SigmaPixels + (SigmaPerSide * side);

    /// <summary>AnomalyCLIP without good images; with them, text and distance weigh the same, as in WinCLIP (equation 5).</summary>
    public static ScoringScheme AnomalyClip(IReadOnlyList<int> layers) => new(
        layers, layers, TextPair.DefaultTemperature, TopOnePercent, ClassWeight: 1,
        FewShotMapWeight: 0.5, FewShotScoreWeight: 0.5, SigmaPerSide: 0, SigmaPixels: 4, new Dictionary<int, DistanceCalibration>());

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
        return new ScoringScheme(
            Integers(layers.GetProperty("zero_shot")), Integers(layers.GetProperty("few_shot")),
            config.GetProperty("temperature").GetSingle(), TopOnePercent, zeroShot.GetProperty("class_weight").GetDouble(),
            fusion.GetProperty("map").GetProperty("few_shot").GetDouble(), fusion.GetProperty("image_score").GetProperty("few_shot").GetDouble(),
            config.GetProperty("map_postprocess").GetProperty("gaussian_sigma_px_at_224").GetDouble() / 224, 0, calibrations);

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
