using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AdClip.Vision.Tests.Imaging;

/// <summary>Reads the containers that golden numbers come in; written apart from the product's own readers.</summary>
internal static class GoldenFile
{
    public static JsonElement Json(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    /// <summary>The raw data of one tensor of a safetensors file.</summary>
    public static T[] Tensor<T>(string path, string name)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var range = header.RootElement.GetProperty(name).GetProperty("data_offsets");
        var data = bytes.AsSpan(8 + headerLength)[range[0].GetInt32()..range[1].GetInt32()];
        return MemoryMarshal.Cast<byte, T>(data).ToArray();
    }

    /// <summary>The raw data of a NumPy version 1 file.</summary>
    public static T[] Npy<T>(string path)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + headerLength)).ToArray();
    }
}
