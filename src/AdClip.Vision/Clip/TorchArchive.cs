namespace AdClip.Vision.Clip;

/// <summary>Reads what PyTorch saves since version 1.6: a zip with <c>data.pkl</c> and one stored member for each storage.</summary>
internal static class TorchArchive
{
    private const long PickleLimit = 64 << 20;

    public static WeightFile Read(string path, Stream stream)
    {
        var file = Path.GetFileName(path);
        var members = ZipMembers.Read(stream, file);
        var pickleName = members.Keys.FirstOrDefault(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new RefusedInputException(RefusalCode.NotAWeightFile, $"{file} is a zip without data.pkl, so not a PyTorch file.", file);
        var folder = pickleName[..^"data.pkl".Length];
        var pickle = members[pickleName];
        if (!pickle.IsStored || pickle.Length > PickleLimit)
        {
            throw Compressed(file, pickleName);
        }
        if (members.TryGetValue(folder + "byteorder", out var order) && order.Length == 3)
        {
            throw new RefusedInputException(RefusalCode.WeightTypeUnsupported, $"{file} was saved in big-endian byte order; save it as safetensors.", file, "big");
        }
        stream.Position = pickle.Offset;
        var bytes = new byte[pickle.Length];
        stream.ReadExactly(bytes);

        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (fullName, tensor) in TensorPickle.Flatten(Unwrap(TensorPickle.Read(bytes, file))))
        {
            var name = fullName.StartsWith("module.", StringComparison.Ordinal) ? fullName["module.".Length..] : fullName;
            var memberName = $"{folder}data/{tensor.Key}";
            if (!members.TryGetValue(memberName, out var member))
            {
                throw Invalid(file, name, $"a storage that is not in the file ({memberName})");
            }
            if (!member.IsStored)
            {
                throw Compressed(file, memberName);
            }
            tensors[name] = Place(path, file, name, tensor, member);
        }
        return new WeightFile(path, tensors, new Dictionary<string, string>());
    }

    // Trainers wrap the weights in a dictionary beside the epoch and the optimiser's state.
    private static object? Unwrap(object? root)
    {
        foreach (var key in (string[])["state_dict", "model_state_dict", "model"])
        {
            if (root is Dictionary<object, object?> dictionary && dictionary.TryGetValue(key, out var inner) && inner is Dictionary<object, object?>)
            {
                return inner;
            }
        }
        return root;
    }

    private static StoredTensor Place(string path, string file, string name, PickleTensor tensor, ZipMember member)
    {
        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Offset < 0 || tensor.Shape.Any(length => length < 0) || tensor.Strides.Any(step => step < 0))
        {
            throw Invalid(file, name, "a shape that does not fit its strides");
        }
        try
        {
            var extent = tensor.Shape.Contains(0) ? 0 : 1L;
            for (var axis = 0; extent > 0 && axis < tensor.Shape.Length; axis++)
            {
                extent = checked(extent + ((tensor.Shape[axis] - 1) * tensor.Strides[axis]));
            }
            var size = tensor.Type.Bytes();
            if (checked((tensor.Offset + extent) * size) > member.Length)
            {
                throw Invalid(file, name, $"more elements than its {member.Length} bytes hold");
            }
            var placed = new StoredTensor(name, tensor.Type, tensor.Shape, tensor.Strides, path, member.Offset + (tensor.Offset * size));
            // A stride of 0 lets a few bytes pose as a huge tensor.
            return checked(placed.Count * size) <= Math.Max(member.Length, size) ? placed : throw Invalid(file, name, $"more elements than its {member.Length} bytes hold");
        }
        catch (OverflowException)
        {
            throw Invalid(file, name, "an impossible size");
        }
    }

    private static RefusedInputException Invalid(string file, string tensor, string what)
        => new(RefusalCode.WeightHeaderInvalid, $"The list of tensors in {file} gives {tensor} {what}; copy the file again.", file, tensor, what);

    private static RefusedInputException Compressed(string file, string member)
        => new(RefusalCode.WeightFileCompressed, $"{file} holds {member} compressed, which PyTorch never does; save it again with torch.save.", file, member);
}
