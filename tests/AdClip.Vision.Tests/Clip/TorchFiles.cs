using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AdClip.Vision.Clip;

namespace AdClip.Vision.Tests.Clip;

/// <summary>Writes float32 tensors as PyTorch does, in its zip and in the form of before 1.6.</summary>
internal static class TorchFiles
{
    public static void WriteZip(string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        using var stream = File.Create(path);
        TorchArchiveWriter.Write(stream, Path.GetFileNameWithoutExtension(path), Pickle(tensors), tensors.Select((tensor, i) => (tensor, i)).ToDictionary(entry => $"{entry.i}", entry => Bytes(entry.tensor.Values)));
    }

    public static void WriteLegacy(string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.']);
        writer.Write([0x80, 2, (byte)'M', 0xe9, 0x03, (byte)'.']);
        writer.Write([0x80, 2, (byte)'}', .. Text("little_endian"), 0x88, (byte)'s', (byte)'.']);
        writer.Write(Pickle(tensors));
        writer.Write([0x80, 2, (byte)']', (byte)'(', .. tensors.SelectMany((_, i) => Text($"{i}")), (byte)'e', (byte)'.']);
        foreach (var (_, _, values) in tensors)
        {
            writer.Write((long)values.Length);
            writer.Write(Bytes(values));
        }
    }

    private static byte[] Pickle(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
        => PickleWriter.StateDict("state_dict", [.. tensors.Select((tensor, i) => (tensor.Name, new PickleTensor(new PickleStorage(ElementType.F32, $"{i}", tensor.Values.Length), 0, tensor.Shape, StoredTensor.RowMajor(tensor.Shape))))], [""]);

    private static byte[] Text(string text)
    {
        var bytes = new byte[5];
        bytes[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), text.Length);
        return [.. bytes, .. Encoding.ASCII.GetBytes(text)];
    }

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();
}
