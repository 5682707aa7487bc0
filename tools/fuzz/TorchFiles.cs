using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AdClip.Vision.Weights;

namespace AdClip.Fuzz;

/// <summary>Makes float32 tensors into the files that PyTorch saves: its zip, and the form of before 1.6.</summary>
internal static class TorchFiles
{
    public static byte[] Zip(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
        => Zip(Pickle(tensors), tensors.Select((tensor, i) => (tensor.Values, i)).ToDictionary(entry => $"{entry.i}", entry => Raw(entry.Values)));

    public static byte[] Zip(byte[] pickle, IReadOnlyDictionary<string, byte[]> storages)
    {
        using var stream = new MemoryStream();
        TorchArchiveWriter.Write(stream, "archive", pickle, storages);
        return stream.ToArray();
    }

    public static byte[] Legacy(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
        => Legacy(LegacyParts(tensors), tensors);

    public static byte[] Legacy(byte[][] parts, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
        =>
        [
            .. parts.SelectMany(part => part),
            .. tensors.SelectMany(tensor => (byte[])[.. BitConverter.GetBytes((long)tensor.Values.Length), .. Raw(tensor.Values)]),
        ];

    /// <summary>The pickles: magic number, protocol, system, object, keys.</summary>
    public static byte[][] LegacyParts(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors) =>
    [
        [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'],
        [0x80, 2, (byte)'M', 0xe9, 0x03, (byte)'.'],
        [0x80, 2, (byte)'}', .. Text("little_endian"), 0x88, (byte)'s', (byte)'.'],
        Pickle(tensors),
        [0x80, 2, (byte)']', (byte)'(', .. tensors.SelectMany((_, i) => Text($"{i}")), (byte)'e', (byte)'.'],
    ];

    public static byte[] Pickle(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
        => PickleWriter.StateDict(
            "state_dict",
            [.. tensors.Select((tensor, i) => (tensor.Name, new PickleTensor(
                new PickleStorage(ElementType.F32, $"{i}", tensor.Values.Length), 0, tensor.Shape, StoredTensor.RowMajor(tensor.Shape))))],
            [""]);

    public static byte[] Text(string text)
    {
        var bytes = new byte[5];
        bytes[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), text.Length);
        return [.. bytes, .. Encoding.ASCII.GetBytes(text)];
    }

    public static byte[] Raw(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();
}
