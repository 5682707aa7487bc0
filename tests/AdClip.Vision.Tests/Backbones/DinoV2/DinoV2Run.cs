using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

/// <summary>Runs a model and gives its tokens in the order of the original: class, registers, patches.</summary>
internal sealed class DinoV2Run
{
    private readonly DinoV2Weights _weights;
    private readonly Dictionary<string, float[]> _raw;
    private readonly Dictionary<string, float[]> _normed;
    private readonly int _patches;

    /// <param name="weights">The model.</param>
    /// <param name="pixels">[images, 3, height, width].</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="isBatched">Whether all images go into one run; else there is one.</param>
    public DinoV2Run(DinoV2Weights weights, float[] pixels, int height, int width, bool isBatched)
    {
        _weights = weights;
        var (model, images) = (weights.Architecture, pixels.Length / (3 * height * width));
        _patches = height / model.PatchSize * (width / model.PatchSize);
        int[] layers = [.. Enumerable.Range(1, model.Layers)];
        var settings = new DinoV2Settings(height, width, layers, NormedLayers.None, IsWhole: true);
        string[] patches = [.. layers.Select(EncoderValues.Patches)];
        string[] streams = [DinoV2Graph.Stream(0), .. layers.Select(DinoV2Graph.Stream), DinoV2Graph.Sequence, EncoderValues.Class];
        var normed = settings with { Normed = NormedLayers.All };
        _raw = Outputs(weights, settings, pixels, images, isBatched, withStreams: true, [.. patches, .. streams]);
        _normed = Outputs(weights, normed, pixels, images, isBatched, withStreams: false, [.. patches, EncoderValues.Class]);
    }

    /// <summary>The class token of the whole model after the final norm: [images, D].</summary>
    public float[] Class => _normed[EncoderValues.Class];

    /// <summary>What a layer says of the class position: [images, D].</summary>
    public float[] ClassOf(int layer, bool isNormed) => Rows((isNormed ? _normed : _raw)[EncoderValues.Patches(layer)], 1 + _patches, [0]);

    /// <summary>What a layer says of the patches: [images, h·w, D].</summary>
    public float[] PatchesOf(int layer, bool isNormed)
        => Rows((isNormed ? _normed : _raw)[EncoderValues.Patches(layer)], 1 + _patches, Enumerable.Range(1, _patches));

    /// <summary>The registers after the final norm: [images, R, D].</summary>
    public float[] Registers => Rows(_raw[DinoV2Graph.Sequence], StreamRows, Enumerable.Range(1 + _patches, _weights.Architecture.Registers));

    /// <summary>The whole stream after a layer, 0: before the first; null: after the last and the final norm.</summary>
    public float[] Stream(int? layer) => Rows(
        _raw[layer is { } number ? DinoV2Graph.Stream(number) : DinoV2Graph.Sequence], StreamRows,
        [0, .. Enumerable.Range(1 + _patches, _weights.Architecture.Registers), .. Enumerable.Range(1, _patches)]);

    private int StreamRows => 1 + _patches + _weights.Architecture.Registers;

    /// <summary>A golden model under the original's names.</summary>
    public static DinoV2Weights Model(string name)
    {
        var path = SharedFolder.Require($"golden/dinov2/models/{name}.safetensors");
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(path, ".json")));
        return DinoV2Weights.From(
            WeightFile.Open(path), new DinoV2Config("case", json.RootElement.GetProperty("num_heads").GetInt32(), null, IsTimm: false, []));
    }

    /// <summary>Opens weights and the configuration beside them, as the program does.</summary>
    public static DinoV2Weights Open(string path) => Assert.IsType<DinoV2Backbone>(BackboneKinds.Open(ModelFolder.Find(path))).Weights;

    /// <summary>Named outputs of one run.</summary>
    public static Dictionary<string, float[]> Outputs(
        DinoV2Weights weights, DinoV2Settings settings, float[] pixels, int images, bool isBatched, bool withStreams, IReadOnlyList<string> names)
    {
        var graph = DinoV2Graph.Build(weights, settings, withStreams, isBatched);
        using var session = OnnxSession.Create(graph, Path.GetDirectoryName(weights.FilePath), new SessionSettings());
        return session.Run([new GraphTensor(EncoderValues.Pixels, pixels, images, 3, settings.Height, settings.Width)], names)
            .ToDictionary(output => output.Name, output => output.Values);
    }

    // These rows of every image.
    private float[] Rows(float[] values, int each, IEnumerable<int> rows)
    {
        var width = _weights.Architecture.Width;
        return [.. Enumerable.Range(0, values.Length / (each * width))
            .SelectMany(image => rows.SelectMany(row => values.Skip(((image * each) + row) * width).Take(width)))];
    }
}
