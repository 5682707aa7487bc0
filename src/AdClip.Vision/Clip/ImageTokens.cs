using System.Runtime.InteropServices;
using System.Text;

namespace AdClip.Vision.Clip;

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
    private const uint Signature = 0x314b5441; // "ATK1"
    private const int LayerLimit = 1000;

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

    /// <summary>Patch tokens of the original path, ascending; empty unless the encoder was asked for them. Not kept by <see cref="Write"/>.</summary>
    public IReadOnlyList<LayerTokens> OriginalLayers { get; init; } = [];

    /// <summary>The patches of a layer without the class position: [T, E].</summary>
    /// <exception cref="ArgumentException">The encoder was not asked for this layer.</exception>
    public ReadOnlySpan<float> Patches(int layer)
        => (Layers.FirstOrDefault(tokens => tokens.Layer == layer)
            ?? throw new ArgumentException($"No tokens of layer {layer}; there are {string.Join(", ", Layers.Select(tokens => tokens.Layer))}.", nameof(layer)))
            .Values.AsSpan(Width);

    /// <summary>Writes the tokens exactly (float32, little-endian), for a cache.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signature);
        writer.Write(EncoderId);
        writer.Write(Grid);
        writer.Write(Width);
        writer.Write(MemoryMarshal.AsBytes<float>(ClassToken));
        writer.Write(Layers.Count);
        foreach (var layer in Layers)
        {
            writer.Write(layer.Layer);
            writer.Write(MemoryMarshal.AsBytes<float>(layer.Values));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not such a file, or it ends early.</exception>
    public static ImageTokens Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadUInt32() != Signature)
            {
                throw new InvalidDataException("Not a file of image tokens.");
            }
            var encoderId = reader.ReadString();
            var (grid, width) = (reader.ReadInt32(), reader.ReadInt32());
            if (grid is < 1 or > 4096 || width is < 1 or > 65536)
            {
                throw new InvalidDataException($"Image tokens of grid {grid} and width {width}.");
            }
            var classToken = ReadFloats(reader, width);
            var count = reader.ReadInt32();
            if (count is < 0 or > LayerLimit)
            {
                throw new InvalidDataException($"Image tokens of {count} layers.");
            }
            var layers = new LayerTokens[count];
            for (var i = 0; i < count; i++)
            {
                layers[i] = new LayerTokens(reader.ReadInt32(), ReadFloats(reader, checked((1 + (grid * grid)) * width)));
            }
            return new ImageTokens(encoderId, grid, width, classToken, layers);
        }
        catch (Exception wrong) when (wrong is EndOfStreamException or OverflowException or FormatException)
        {
            throw new InvalidDataException("The file of image tokens is damaged.", wrong);
        }
    }

    private static float[] ReadFloats(BinaryReader reader, int count)
    {
        var values = new float[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
