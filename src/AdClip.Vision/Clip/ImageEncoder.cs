using AdClip.Vision.Graphs;

namespace AdClip.Vision.Clip;

/// <summary>Turns normalised pixels into tokens. Safe for concurrent calls.</summary>
internal sealed class ImageEncoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly string[] _outputs;
    private readonly ImageEncoderSettings _settings;
    private readonly ClipArchitecture _model;
    private readonly string _encoderId;

    public ImageEncoder(ClipWeights weights, ImageEncoderSettings settings, string encoderId, int threads)
    {
        _model = weights.Architecture;
        _settings = settings.CheckedFor(_model);
        _encoderId = encoderId;
        _outputs = [ImageEncoderGraph.Class, .. _settings.Layers.Select(ImageEncoderGraph.Patches)];
        _session = OnnxSession.Create(ImageEncoderGraph.Build(weights, _settings), Path.GetDirectoryName(weights.FilePath), threads);
    }

    /// <param name="pixels">Normalised, [3, S, S].</param>
    public ImageTokens Encode(ReadOnlySpan<float> pixels)
    {
        var side = _settings.ImageSize;
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, 3 * side * side);
        var outputs = _session.Run([new GraphTensor(ImageEncoderGraph.Pixels, pixels.ToArray(), 1, 3, side, side)], _outputs);
        return new ImageTokens(
            _encoderId, side / _model.PatchSize, _model.EmbedWidth, outputs[0].Values,
            [.. _settings.Layers.Select((layer, i) => new LayerTokens(layer, outputs[i + 1].Values))]);
    }

    public void Dispose() => _session.Dispose();
}
