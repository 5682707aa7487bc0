using System.Buffers;
using System.Numerics.Tensors;

namespace AdClip.Vision.Tokens;

/// <summary>The patch tokens that one block gave.</summary>
/// <param name="Layer">The block, counted from 1.</param>
/// <param name="Values">[1 + T, E] row-major: the class position, then T patches in rows from the top left. Not normalised.</param>
public sealed record LayerTokens(int Layer, float[] Values);

/// <summary>What the image encoder says about one image: all that detection needs of it, so it can be kept and reused.</summary>
/// <param name="encoderId">The encoder that made them; tokens of different encoders do not mix.</param>
/// <param name="grid">Patches along one side; T = grid · grid.</param>
/// <param name="width">Width E of a token.</param>
/// <param name="classToken">[E]: the class token of the original path, without the last layer norm. Not normalised.</param>
/// <param name="layers">Patch tokens by layer, ascending.</param>
public sealed class ImageTokens(string encoderId, int grid, int width, float[] classToken, IReadOnlyList<LayerTokens> layers)
{
    /// <summary>The encoder that made them; tokens of different encoders do not mix.</summary>
    public string EncoderId { get; } = encoderId;

    /// <summary>Patches along one side; T = Grid · Grid.</summary>
    public int Grid { get; } = grid;

    /// <summary>Width E of a token.</summary>
    public int Width { get; } = width;

    /// <summary>[E]: the class token of the original path, without the last layer norm. Not normalised.</summary>
    public float[] ClassToken { get; } = classToken;

    /// <summary>Patch tokens by layer, ascending.</summary>
    public IReadOnlyList<LayerTokens> Layers { get; } = layers;

    /// <summary>Patch tokens of the original path, ascending; empty unless the encoder was asked for them. Not kept by <see cref="TokenFile"/>.</summary>
    public IReadOnlyList<LayerTokens> OriginalLayers { get; init; } = [];

    /// <summary>The patches of a layer without the class position: [T, E].</summary>
    /// <exception cref="ArgumentException">The encoder was not asked for this layer.</exception>
    public ReadOnlySpan<float> Patches(int layer)
        => (Layers.FirstOrDefault(tokens => tokens.Layer == layer)
            ?? throw new ArgumentException($"No tokens of layer {layer}; there are {string.Join(", ", Layers.Select(tokens => tokens.Layer))}.", nameof(layer)))
            .Values.AsSpan(Width);

    /// <summary>The tokens with every value rounded to the nearest number that float16 holds, ties to even.</summary>
    /// <exception cref="RefusedInputException">A value is beyond what float16 holds.</exception>
    public ImageTokens RoundedToHalf()
        => new(EncoderId, Grid, Width, Rounded(ClassToken), [.. Layers.Select(layer => layer with { Values = Rounded(layer.Values) })])
        {
            OriginalLayers = [.. OriginalLayers.Select(layer => layer with { Values = Rounded(layer.Values) })],
        };

    private static float[] Rounded(float[] values)
    {
        var largest = TensorPrimitives.MaxMagnitude<float>(values);
        if (!(MathF.Abs(largest) <= (float)Half.MaxValue))
        {
            throw new RefusedInputException(
                RefusalCode.TokensBeyondHalf,
                $"The model gives tokens of {largest}, beyond the {Half.MaxValue} that are worked with; "
                    + "CLIP models stay far below, so use another file of the model.",
                largest,
                (float)Half.MaxValue);
        }
        var half = ArrayPool<Half>.Shared.Rent(values.Length);
        try
        {
            var rounded = new float[values.Length];
            TensorPrimitives.ConvertToHalf(values, half);
            TensorPrimitives.ConvertToSingle(half.AsSpan(0, values.Length), rounded);
            return rounded;
        }
        finally
        {
            ArrayPool<Half>.Shared.Return(half);
        }
    }
}
