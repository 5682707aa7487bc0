using System.Text;
using System.Text.Json;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>What files of fitted detectors have in common: safetensors, with JSON and a checksum in the header.</summary>
/// <remarks>The header's "crc32c" is over the JSON and all tensors' bytes. The JSON has a "Version" and is kept under a key of the file's kind.</remarks>
internal sealed class FittedContainer
{
    private const string ChecksumKey = "crc32c";
    private const string VersionKey = "Version";

    private readonly byte[] _file;
    private readonly WeightFile _header;

    private FittedContainer(byte[] file, WeightFile header) => (_file, _header) = (file, header);

    /// <summary>The same parts give the same bytes.</summary>
    public static void Write(Stream stream, string jsonKey, byte[] json, IReadOnlyList<(string Name, ElementType Type, long[] Shape, byte[] Bytes)> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var metadata = new Dictionary<string, string>
        {
            [jsonKey] = Encoding.UTF8.GetString(json),
            [ChecksumKey] = $"{CheckedBytes.Sum([.. json, .. tensors.SelectMany(tensor => tensor.Bytes)]):x8}",
        };
        using var whole = new MemoryStream();
        SafetensorsWriter.Write(
            whole, [.. tensors.Select(tensor => new TensorSource(tensor.Name, tensor.Type, tensor.Shape, to => to.Write(tensor.Bytes)))], metadata);
        whole.WriteTo(stream);
    }

    /// <summary>Reads a file to its end; what is in it is not looked at yet.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">How refusals call it.</param>
    /// <param name="mostBytes">A file of so many bytes is refused.</param>
    /// <exception cref="RefusedInputException">Too long, or no safetensors file.</exception>
    public static FittedContainer Open(Stream stream, string name, long mostBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var whole = new MemoryStream();
        var part = new byte[1 << 16];
        for (var got = stream.Read(part); got > 0; got = stream.Read(part))
        {
            if (whole.Length + got >= mostBytes)
            {
                throw Invalid($"more than {mostBytes} bytes");
            }
            whole.Write(part.AsSpan(0, got));
        }
        var file = whole.ToArray();
        whole.Position = 0;
        return new FittedContainer(file, SafetensorsReader.Read(name, whole));
    }

    /// <summary>The JSON, once version and checksum are right.</summary>
    /// <param name="jsonKey">Where it is kept.</param>
    /// <param name="versions">Those that are read, the newest first.</param>
    /// <exception cref="RefusedInputException">Another file, another version, or changed bytes.</exception>
    public byte[] Json(string jsonKey, params ReadOnlySpan<int> versions)
    {
        if (!_header.Metadata.TryGetValue(jsonKey, out var text) || !_header.Metadata.TryGetValue(ChecksumKey, out var checksum))
        {
            throw Invalid("it is another safetensors file");
        }
        var json = Encoding.UTF8.GetBytes(text);
        using (var peek = JsonDocument.Parse(json))
        {
            if (peek.RootElement.GetProperty(VersionKey).GetInt32() is var version && !versions.Contains(version))
            {
                throw new RefusedInputException(
                    RefusalCode.FittedFileVersion, $"The fitted detector has format version {version}; this program reads {versions[0]}, so fit it again.",
                    version, versions[0]);
            }
        }
        var byOffset = _header.Tensors.Values.OrderBy(tensor => tensor.Offset);
        return checksum == $"{CheckedBytes.Sum([.. json, .. byOffset.SelectMany(tensor => Bytes(tensor.Name).ToArray())]):x8}"
            ? json
            : throw Invalid("its checksum is wrong");
    }

    /// <summary>A tensor as it lies in the file.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var tensor = _header.Tensors[name];
        return _file.AsSpan(checked((int)tensor.Offset), checked((int)(tensor.Count * tensor.Type.Bytes())));
    }

    /// <summary>What to say of a file that cannot be used.</summary>
    public static RefusedInputException Invalid(string why)
        => new(RefusalCode.FittedFileInvalid, $"The file of the fitted detector cannot be used ({why}); fit it again.", why);
}
