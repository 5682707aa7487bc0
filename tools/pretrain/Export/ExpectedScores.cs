using System.Text.Json;
using System.Text.Json.Nodes;
using AdClip.Pretrain.Training;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Export;

/// <summary>
/// Scores of a data set's test images as the model's settings define them, reckoned plainly in float64 over the training's own towers: what
/// the engine is compared with. Only decoding, resizing and the tokenizer are the engine's.
/// </summary>
internal sealed class ExpectedScores
{
    private const int Digits = 6;
    private readonly ModelShape _model;
    private readonly Parameters _parameters;
    private readonly JsonElement _config;
    private readonly BatchShape _batch;
    private readonly OnnxSession _session;
    private readonly string[] _outputs;
    private readonly double[] _normal;
    private readonly double[] _abnormal;

    private ExpectedScores(ModelShape model, Parameters parameters, JsonElement config, BytePairVocabulary vocabulary)
    {
        (_model, _parameters, _config) = (model, parameters, config);
        var ensemble = config.GetProperty("prompts").GetProperty("ensemble");
        string[] Prompts(string states) =>
        [
            .. from state in Texts(ensemble, states)
                from template in Texts(ensemble, "templates")
                select template.Replace(
                    "{}", state.Replace("{}", ensemble.GetProperty("default_name").GetString(), StringComparison.Ordinal), StringComparison.Ordinal),
        ];
        var (normal, abnormal) = (Prompts("normal_states"), Prompts("abnormal_states"));
        string[] prompts = [.. normal, .. abnormal];
        _batch = new BatchShape(1, 1, model.Grid, model.Context, prompts.Length);
        var tokenizer = new ClipTokenizer(vocabulary, model.Context);
        var (words, ends) = Towers.Lay([.. prompts.Select(tokenizer.Sequence)], _batch);
        var textGraph = new GraphBuilder();
        var texts = Plain(textGraph).Texts();
        textGraph.Output(texts);
        using var textSession = OnnxSession.Create(textGraph.Build(), null, new SessionSettings(1));
        var features = textSession.Run([.. Towers.Weights(model, parameters), .. Towers.TextInputs(model, _batch, parameters, words, ends)], [texts])[0].Values;
        double[] Mean(int first, int count)
            => Unit([.. Enumerable.Range(first, count).Select(text => Unit(Row(features, text))).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])]);
        (_normal, _abnormal) = (Mean(0, normal.Length), Mean(normal.Length, abnormal.Length));

        var graph = new GraphBuilder();
        var visual = Plain(graph).Visual();
        _outputs = [visual.Class, .. model.FeatureBlocks.Select(block => visual.Features[block])];
        Array.ForEach(_outputs, graph.Output);
        _session = OnnxSession.Create(graph.Build(), null, new SessionSettings(1));
    }

    /// <param name="checkpoint">Of the training that the model's folder was exported from.</param>
    /// <param name="folder">The model's: config.json and vocabulary.</param>
    /// <param name="data">
    /// Data set in MVTec-AD's layout, with <c>splits.json</c>: under <c>shots</c>, for each
    /// number of good images, names in <c>train/good</c>.
    /// </param>
    /// <param name="path">The file to write.</param>
    public static void Write(string checkpoint, string folder, string data, string path)
    {
        var (model, parameters) = ModelExport.Rounded(checkpoint);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        using var splits = JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "splits.json")));
        var expected = new ExpectedScores(model, parameters, config.RootElement, VocabularyFiles.Read(folder, Path.GetFileName(folder), model.Vocabulary));
        using var session = expected._session;
        // The lists are nested: an image of several is encoded once.
        Dictionary<string, double[][]> good = [];
        double[][] Bank(string name)
            => good.TryGetValue(name, out var known) ? known : good[name] = expected.Image(Path.Combine(data, "train", "good", name)).Bank;
        var banks = splits.RootElement.GetProperty("shots").EnumerateObject().ToDictionary(
            shots => shots.Name,
            shots => shots.Value.EnumerateArray().SelectMany(name => Bank(name.GetString()!)).ToArray());
        var images = new JsonObject();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(data, "test"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var (zeroShot, classProbability, bank) = expected.Image(file);
            var scores = new JsonObject { ["zero_shot"] = Math.Round(zeroShot, Digits), ["zero_shot_class"] = Math.Round(classProbability, Digits) };
            foreach (var (shots, references) in banks)
            {
                scores[$"few_shot_{shots}"] = Math.Round(TopPercent([.. bank.Select(patch => 1 - references.Max(reference => Dot(patch, reference)))]), Digits);
            }
            images[Path.GetRelativePath(data, file).Replace('\\', '/')] = scores;
        }
        File.WriteAllText(path, new JsonObject { ["images"] = images }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private (double ZeroShot, double Class, double[][] Bank) Image(string file)
    {
        var results = Run(Preprocessing.LoadTensor(file, _model.ImageSize, PixelScale.Clip));
        var temperature = _config.GetProperty("temperature").GetDouble();
        double Abnormal(double[] feature) => 1 / (1 + Math.Exp((Dot(Unit(feature), _normal) - Dot(Unit(feature), _abnormal)) / temperature));
        double[][] Patches(int block)
            => [.. Enumerable.Range(1, _model.Grid * _model.Grid).Select(token => Unit(Row(results[1 + _model.FeatureBlocks.ToList().IndexOf(block)], token)))];
        var layers = _config.GetProperty("feature_layers");
        double[][] maps = [.. layers.GetProperty("zero_shot").EnumerateArray().Select(block => Patches(block.GetInt32()).Select(Abnormal).ToArray())];
        double[] map = [.. Enumerable.Range(0, maps[0].Length).Select(patch => maps.Average(one => one[patch]))];
        var classProbability = Abnormal(Row(results[0], 0));
        var weights = _config.GetProperty("zero_shot").GetProperty("image_score");
        var score = (weights.GetProperty("map_weight").GetDouble() * TopPercent(map)) + (weights.GetProperty("class_weight").GetDouble() * classProbability);
        return (score, classProbability, Patches(layers.GetProperty("few_shot").EnumerateArray().Single().GetInt32()));
    }

    private float[][] Run(float[] pixels) =>
        [.. _session.Run([.. Towers.Weights(_model, _parameters), Towers.PatchInput(_model, _batch, GoldenValues.Cut(pixels, _model))], _outputs)
            .Select(result => result.Values)];

    private Towers Plain(GraphBuilder graph) => new(graph, new GradientTape(graph), _model, _batch, _parameters);

    private static double TopPercent(double[] values)
        => values.OrderDescending().Take(Math.Max(1, (int)Math.Round(values.Length * 0.01, MidpointRounding.ToEven))).Average();

    private double[] Row(float[] values, int row) => [.. values.AsSpan(row * _model.Embed, _model.Embed).ToArray().Select(value => (double)value)];

    private static double[] Unit(double[] values)
    {
        var length = Math.Sqrt(Dot(values, values));
        return [.. values.Select(value => value / length)];
    }

    private static double Dot(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(a, b);

    private static IEnumerable<string> Texts(JsonElement parent, string name) => parent.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
}
