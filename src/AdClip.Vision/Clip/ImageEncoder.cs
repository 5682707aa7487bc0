using System.Numerics.Tensors;
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
    private readonly string _weightFile;

    public ImageEncoder(ClipWeights weights, ImageEncoderSettings settings, string encoderId, SessionSettings session)
    {
        if (session.Precision != Precision.Float32)
        {
            throw new RefusedInputException(RefusalCode.PrecisionUnsupported, $"The image encoder cannot be run in {session.Precision}; choose {Precision.Float32}.", session.Precision);
        }
        _model = weights.Architecture;
        _settings = settings.CheckedFor(_model);
        _encoderId = encoderId;
        _weightFile = weights.FilePath;
        _outputs = [ImageEncoderGraph.Class, .. _settings.Layers.Select(ImageEncoderGraph.Patches), .. _settings.KeepsOriginal ? _settings.Layers.Select(ImageEncoderGraph.OriginalPatches) : []];
        _session = OnnxSession.Create(ImageEncoderGraph.Build(weights, _settings), Path.GetDirectoryName(weights.FilePath), session);
    }

    /// <param name="pixels">Normalised, [3, S, S].</param>
    /// <exception cref="RefusedInputException">The outcome is not finite: the weights are damaged.</exception>
    public ImageTokens Encode(ReadOnlySpan<float> pixels)
    {
        var side = _settings.ImageSize;
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, 3 * side * side);
        var outputs = _session.Run([new GraphTensor(ImageEncoderGraph.Pixels, pixels.ToArray(), 1, 3, side, side)], _outputs);
        if (!outputs.All(output => float.IsFinite(TensorPrimitives.Sum<float>(output.Values))))
        {
            var name = Path.GetFileName(_weightFile);
            throw new RefusedInputException(RefusalCode.WeightsNotFinite, $"{name} gives tokens that are no numbers, so its weights are damaged; copy the file again.", name);
        }
        return new ImageTokens(
            _encoderId, side / _model.PatchSize, _model.EmbedWidth, outputs[0].Values,
            [.. _settings.Layers.Select((layer, i) => new LayerTokens(layer, outputs[i + 1].Values))])
        {
            OriginalLayers = [.. _settings.Layers.Take(_settings.KeepsOriginal ? int.MaxValue : 0).Select((layer, i) => new LayerTokens(layer, outputs[_settings.Layers.Count + i + 1].Values))],
        };
    }

    public void Dispose() => _session.Dispose();
}
