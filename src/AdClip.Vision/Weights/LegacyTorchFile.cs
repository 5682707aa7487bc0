using System.Buffers.Binary;

namespace AdClip.Vision.Weights;

/// <summary>Reads what PyTorch saved before version 1.6: pickles in a row, then the bytes of every storage.</summary>
/// <remarks>
/// In this order: a magic number, the protocol's version, facts about the system, the object, the keys of its storages; then
/// for each key the number of elements in 8 bytes and the elements. So tensors lie in the file and can be used in place.
/// </remarks>
internal static class LegacyTorchFile
{
    private const long Protocol = 1001;

    // 0x1950a86a20f9469cfc6c
    private static readonly byte[] Magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    public static WeightFile Read(string path, Stream stream)
    {
        var file = Path.GetFileName(path);
        stream.Position = 0;
        var source = new PickleSource(stream, Math.Min(stream.Length, TorchArchive.PickleLimit));
        var storages = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        if (TensorPickle.Read(source, file, storages) is not byte[] magic || !magic.AsSpan().SequenceEqual(Magic)
            || TensorPickle.Read(source, file, storages) is not Protocol)
        {
            throw new RefusedInputException(
                RefusalCode.ForeignPickle, $"{file} is a pickle that torch.save did not write; save the weights with torch.save or as safetensors.", file);
        }
        if (TensorPickle.Read(source, file, storages) is Dictionary<object, object?> system && system.GetValueOrDefault("little_endian") is false)
        {
            throw BigEndian(file);
        }
        var root = TensorPickle.Read(source, file, storages);
        var keys = TensorPickle.Read(source, file, storages) as List<object?> ?? throw TensorPickle.Invalid(file);
        var places = Places(stream, file, keys, storages);
        return new WeightFile(path, TorchTensors.Place(path, root, Find), new Dictionary<string, string>());

        StorageBytes Find(PickleStorage storage, string tensor)
            => places.TryGetValue(storage.Key, out var place)
                ? place
                : throw TorchTensors.Invalid(file, tensor, $"a storage that is not in the file ({storage.Key})");
    }

    public static RefusedInputException BigEndian(string file)
        => new(RefusalCode.WeightTypeUnsupported, $"{file} was saved in big-endian byte order; save it as safetensors.", file, "big-endian");

    private static Dictionary<string, StorageBytes> Places(Stream stream, string file, List<object?> keys, Dictionary<string, PickleStorage> storages)
    {
        var places = new Dictionary<string, StorageBytes>(StringComparer.Ordinal);
        Span<byte> length = stackalloc byte[8];
        var at = stream.Position;
        foreach (var key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out var storage) || places.ContainsKey(name))
            {
                throw TensorPickle.Invalid(file);
            }
            stream.Position = at;
            var isWhole = stream.ReadAtLeast(length, 8, throwOnEndOfStream: false) == 8;
            var count = BinaryPrimitives.ReadInt64LittleEndian(length);
            var size = storage.Type.Bytes();
            if (isWhole && count != storage.Count)
            {
                throw TorchTensors.Invalid(file, $"storage {name}", $"{count} elements where the list says {storage.Count}");
            }
            if (!isWhole || count < 0 || count > (stream.Length - at - 8) / size)
            {
                throw new RefusedInputException(RefusalCode.WeightFileTruncated, $"{file} ends before storage {name} does; copy the file again.", file, name);
            }
            places[name] = new StorageBytes(at + 8, count * size);
            at += 8 + (count * size);
        }
        return places;
    }
}
