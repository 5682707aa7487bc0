using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using AdClip.Testing;

namespace AdClip.Vision.Tests.Metrics;

/// <summary>One folder of golden/metrics: its cases and the tensors beside them.</summary>
internal sealed class MetricsGolden
{
    private readonly byte[] _data;
    private readonly JsonElement _header;
    private readonly int _start;

    public MetricsGolden(string name)
    {
        var folder = SharedFolder.Require($"golden/metrics/{name}");
        Cases = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement.GetProperty("cases").EnumerateArray()];
        _data = File.ReadAllBytes(Path.Combine(folder, "data.safetensors"));
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(_data);
        _header = JsonDocument.Parse(_data.AsMemory(8, headerLength)).RootElement;
        _start = 8 + headerLength;
    }

    public IReadOnlyList<JsonElement> Cases { get; }

    public int[] Shape(string tensor) => [.. _header.GetProperty(tensor).GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];

    public byte[] Bytes(string tensor)
    {
        var offsets = _header.GetProperty(tensor).GetProperty("data_offsets");
        return _data[(_start + offsets[0].GetInt32())..(_start + offsets[1].GetInt32())];
    }

    public double[] Doubles(string tensor) => MemoryMarshal.Cast<byte, double>(Bytes(tensor)).ToArray();

    public float[] Halves(string tensor) => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(Bytes(tensor)).ToArray(), half => (float)half);
}
