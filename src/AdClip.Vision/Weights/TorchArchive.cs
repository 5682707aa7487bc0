namespace AdClip.Vision.Weights;

/// <summary>Reads what PyTorch saves since version 1.6: a zip with <c>data.pkl</c> and one stored member for each storage.</summary>
internal static class TorchArchive
{
    /// <summary>Longest pickle that is read; those of the largest CLIP models have a megabyte.</summary>
    public const long PickleLimit = 16 << 20;

    public static WeightFile Read(string path, Stream stream)
    {
        var file = Path.GetFileName(path);
        var members = ZipMembers.Read(stream, file);
        var pickleName = members.Keys.FirstOrDefault(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new RefusedInputException(RefusalCode.NotAWeightFile, $"{file} is a zip without data.pkl, so not a PyTorch file.", file);
        var folder = pickleName[..^"data.pkl".Length];
        var pickle = members[pickleName];
        if (!pickle.IsStored)
        {
            throw Compressed(file, pickleName);
        }
        if (pickle.Length > PickleLimit)
        {
            throw TorchTensors.Invalid(file, pickleName, $"{pickle.Length} bytes, more than {PickleLimit}");
        }
        // "big", where others say "little".
        if (members.TryGetValue(folder + "byteorder", out var order) && order.Length == 3)
        {
            throw LegacyTorchFile.BigEndian(file);
        }
        stream.Position = pickle.Offset;
        var root = TensorPickle.Read(new PickleSource(stream, pickle.Offset + pickle.Length), file, []);
        return new WeightFile(path, TorchTensors.Place(path, root, Find), new Dictionary<string, string>());

        StorageBytes Find(PickleStorage storage, string tensor)
        {
            var memberName = $"{folder}data/{storage.Key}";
            return !members.TryGetValue(memberName, out var member)
                ? throw TorchTensors.Invalid(file, tensor, $"a storage that is not in the file ({memberName})")
                    : member.IsStored ? new StorageBytes(member.Offset, member.Length)
                    : throw Compressed(file, memberName);
        }
    }

    private static RefusedInputException Compressed(string file, string member)
        => new(RefusalCode.WeightFileCompressed, $"{file} holds {member} compressed, which PyTorch never does; save it again with torch.save.", file, member);
}
