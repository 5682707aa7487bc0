using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AdClip.Vision.Clip;

/// <summary>Writes float32 tensors as a safetensors file.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes to a temporary file beside <paramref name="path"/> and moves it there when complete.</summary>
    /// <param name="path">The file to make; an existing one is replaced.</param>
    /// <param name="tensors">Names, shapes and row-major values, written in this order.</param>
    /// <param name="metadata">Free text pairs for the header.</param>
    public static void Write(string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var temporary = path + ".part";
        using (var stream = File.Create(temporary))
        {
            WriteHeader(stream, tensors, metadata);
            foreach (var (_, _, values) in tensors)
            {
                stream.Write(MemoryMarshal.AsBytes<float>(values));
            }
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void WriteHeader(Stream stream, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, IReadOnlyDictionary<string, string>? metadata)
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
            foreach (var (name, shape, values) in tensors)
            {
                if (shape.Aggregate(1L, (product, length) => product * length) != values.Length)
                {
                    throw new ArgumentException($"{name} has {values.Length} values for shape [{string.Join(", ", shape)}].", nameof(tensors));
                }
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var length in shape)
                {
                    json.WriteNumberValue(length);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += (long)values.Length * sizeof(float));
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
