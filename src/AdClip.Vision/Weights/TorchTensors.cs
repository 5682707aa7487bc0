namespace AdClip.Vision.Weights;

/// <summary>Where the bytes of a storage lie in a file.</summary>
internal readonly record struct StorageBytes(long Offset, long Length);

/// <summary>Makes tensors in a file of what a pickle describes.</summary>
internal static class TorchTensors
{
    /// <param name="path">The file.</param>
    /// <param name="root">The pickle's value.</param>
    /// <param name="find">Where a storage lies; the tensor's name is for sentences.</param>
    /// <exception cref="RefusedInputException">A tensor reaches beyond its storage.</exception>
    public static Dictionary<string, StoredTensor> Place(string path, object? root, Func<PickleStorage, string, StorageBytes> find)
    {
        var file = Path.GetFileName(path);
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (fullName, tensor) in PickleTree.Tensors(Unwrap(root), file))
        {
            // DataParallel's prefix.
            var name = fullName.StartsWith("module.", StringComparison.Ordinal) ? fullName["module.".Length..] : fullName;
            tensors[name] = Place(path, name, tensor, find(tensor.Storage, name));
        }
        return tensors;
    }

    public static RefusedInputException Invalid(string file, string tensor, string what)
        => new(RefusalCode.WeightHeaderInvalid, $"The list of tensors in {file} gives {tensor} {what}; copy the file again.", file, tensor, what);

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

    private static StoredTensor Place(string path, string name, PickleTensor tensor, StorageBytes storage)
    {
        var file = Path.GetFileName(path);
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
            var type = tensor.Storage.Type;
            var size = type.Bytes();
            if (checked((tensor.Offset + extent) * size) > storage.Length)
            {
                throw Invalid(file, name, $"more elements than its {storage.Length} bytes hold");
            }
            var placed = new StoredTensor(name, type, tensor.Shape, tensor.Strides, path, storage.Offset + (tensor.Offset * size));
            // A stride of 0 lets a few bytes pose as a huge tensor.
            return checked(placed.Count * size) <= Math.Max(storage.Length, size)
                ? placed
                : throw Invalid(file, name, $"more elements than its {storage.Length} bytes hold");
        }
        catch (OverflowException)
        {
            throw Invalid(file, name, "an impossible size");
        }
    }
}
