using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AdClip.Vision.Weights;

/// <summary>A tensor that is made while it is written, so that a large file needs little memory.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">How its elements are written.</param>
/// <param name="Shape">Lengths of its axes.</param>
/// <param name="Write">Writes exactly its bytes, row-major, little-endian.</param>
internal sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> Write);

/// <summary>Writes tensors as a safetensors file.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes to a temporary file beside <paramref name="path"/> and moves it there when complete.</summary>
    /// <param name="path">The file to make; an existing one is replaced.</param>
    /// <param name="tensors">Names, shapes and row-major values, written in this order.</param>
    /// <param name="metadata">Free text pairs for the header.</param>
    public static void Write(
        string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sources = tensors.Select(tensor => new TensorSource(
            tensor.Name, ElementType.F32, tensor.Shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(tensor.Values)))).ToList();
        foreach (var ((name, shape, values), source) in tensors.Zip(sources))
        {
            if (Count(source) != values.Length)
            {
                throw new ArgumentException($"{name} has {values.Length} values for shape [{string.Join(", ", shape)}].", nameof(tensors));
            }
        }
        Write(path, sources, metadata);
    }

    /// <summary>The same for tensors of any type, made one after the other.</summary>
    /// <exception cref="ArgumentException">A tensor wrote more or fewer bytes than its shape has.</exception>
    internal static void Write(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // A name of its own: two programs may make the same file at once.
        var temporary = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var stream = File.Create(temporary))
            {
                Write(stream, tensors, metadata);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The same to a stream that can tell its position; it stays open.</summary>
    /// <exception cref="ArgumentException">A tensor wrote more or fewer bytes than its shape has.</exception>
    internal static void Write(Stream stream, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        WriteHeader(stream, tensors, metadata);
        foreach (var tensor in tensors)
        {
            var end = stream.Position + (Count(tensor) * tensor.Type.Bytes());
            tensor.Write(stream);
            if (stream.Position != end)
            {
                throw new ArgumentException($"{tensor.Name} wrote {stream.Position - end} bytes too many.", nameof(tensors));
            }
        }
    }

    private static long Count(TensorSource tensor) => tensor.Shape.Aggregate(1L, (product, length) => checked(product * length));

    private static void WriteHeader(Stream stream, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }
                json.WriteEndObject();
            }
            var at = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString().ToUpperInvariant());
                json.WriteStartArray("shape");
                foreach (var length in tensor.Shape)
                {
                    json.WriteNumberValue(length);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += Count(tensor) * tensor.Type.Bytes());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces at the end keep the data aligned, as the format asks.
        var padding = (Alignment - (int)(header.Length % Alignment)) % Alignment;
        header.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        Span<byte> length8 = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length8, header.Length);
        stream.Write(length8);
        header.WriteTo(stream);
    }
}
