using System.Buffers.Binary;
using System.Text.Json;

namespace AdClip.Vision.Weights;

/// <summary>Reads the header of a safetensors file and checks it against the file.</summary>
internal static class SafetensorsReader
{
    // The format allows more; a hundred thousand tensors fit.
    private const long HeaderLimit = 8 << 20;
    private const int MostAxes = 8;
    private const int LongestName = 1000;

    /// <param name="path">Real path, kept in the tensors.</param>
    /// <param name="stream">The open file.</param>
    public static WeightFile Read(string path, Stream stream)
    {
        var name = Path.GetFileName(path);
        Span<byte> prefix = stackalloc byte[8];
        stream.Position = 0;
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw NotWeights(name);
        }
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes is < 2 or > HeaderLimit)
        {
            throw NotWeights(name);
        }
        var dataStart = 8 + (long)headerBytes;
        if (dataStart > stream.Length)
        {
            throw new RefusedInputException(
                RefusalCode.WeightFileTruncated, $"{name} ends inside its header ({stream.Length} of {dataStart} bytes); copy the file again.",
                name, stream.Length, dataStart);
        }
        var header = new byte[headerBytes];
        stream.ReadExactly(header);
        if (header[0] != (byte)'{')
        {
            throw NotWeights(name);
        }
        try
        {
            using var json = JsonDocument.Parse(header);
            return Parse(path, name, json.RootElement, dataStart, stream.Length);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException
            or OverflowException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new RefusedInputException(
                RefusalCode.WeightHeaderInvalid, $"The safetensors header of {name} is damaged ({wrong.Message}); copy the file again.", name, wrong.Message);
        }
    }

    private static WeightFile Parse(string path, string name, JsonElement root, long dataStart, long fileBytes)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var ranges = new List<(long Begin, long End, string Name)>();
        foreach (var entry in root.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (var pair in entry.Value.EnumerateObject())
                {
                    metadata[pair.Name] = pair.Value.GetString() ?? "";
                }
                continue;
            }
            if (entry.Name.Length > LongestName)
            {
                throw Invalid(name, entry.Name[..100] + "...", $"a name of {entry.Name.Length} characters");
            }
            var lengths = entry.Value.GetProperty("shape");
            if (lengths.GetArrayLength() > MostAxes)
            {
                throw Invalid(name, entry.Name, $"{lengths.GetArrayLength()} axes, more than {MostAxes}");
            }
            var type = ParseType(entry.Value.GetProperty("dtype").GetString()) ?? throw Invalid(name, entry.Name, "an unknown element type");
            long[] shape = [.. lengths.EnumerateArray().Select(length => length.GetInt64())];
            var offsets = entry.Value.GetProperty("data_offsets");
            var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
            if (shape.Any(length => length < 0))
            {
                throw Invalid(name, entry.Name, "a negative length");
            }
            if (begin < 0 || end < begin)
            {
                throw Invalid(name, entry.Name, $"the byte range {begin} to {end}");
            }
            if (end > fileBytes - dataStart)
            {
                throw new RefusedInputException(
                    RefusalCode.WeightFileTruncated,
                    $"{name} ends before tensor {entry.Name} does ({fileBytes} of {dataStart + end} bytes); copy the file again.",
                    name,
                    fileBytes,
                    dataStart + end);
            }
            var strides = StoredTensor.RowMajor(shape);
            var tensor = new StoredTensor(entry.Name, type, shape, strides, path, dataStart + begin);
            if (checked(tensor.Count * type.Bytes()) != end - begin)
            {
                throw Invalid(name, entry.Name, $"{end - begin} bytes for a {type} tensor of shape [{string.Join(", ", shape)}]");
            }
            if (!tensors.TryAdd(entry.Name, tensor))
            {
                throw Invalid(name, entry.Name, "two entries");
            }
            ranges.Add((begin, end, entry.Name));
        }
        ranges.Sort();
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Begin < ranges[i - 1].End)
            {
                throw Invalid(name, ranges[i].Name, $"bytes that overlap tensor {ranges[i - 1].Name}");
            }
        }
        return new WeightFile(path, tensors, metadata);
    }

    private static ElementType? ParseType(string? dtype) => dtype switch
    {
        "F64" => ElementType.F64,
        "F32" => ElementType.F32,
        "F16" => ElementType.F16,
        "BF16" => ElementType.BF16,
        "I64" => ElementType.I64,
        "I32" => ElementType.I32,
        "I16" => ElementType.I16,
        "I8" => ElementType.I8,
        "U64" => ElementType.U64,
        "U32" => ElementType.U32,
        "U16" => ElementType.U16,
        "U8" => ElementType.U8,
        "BOOL" => ElementType.Bool,
        "F8_E4M3" or "F8_E5M2" => ElementType.F8,
        _ => null,
    };

    private static RefusedInputException NotWeights(string name)
        => new(RefusalCode.NotAWeightFile, $"{name} is neither a safetensors file nor a PyTorch zip archive.", name);

    private static RefusedInputException Invalid(string file, string tensor, string what)
        => new(RefusalCode.WeightHeaderInvalid, $"The header of {file} gives tensor {tensor} {what}; copy the file again.", file, tensor, what);
}
