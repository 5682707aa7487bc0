namespace AdClip.Vision.Weights;

/// <summary>
/// The tensors of a weight file: safetensors, or what PyTorch saves (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>;
/// TorchScript and the form before 1.6 included).
/// </summary>
/// <remarks>The kind is told by content, not by the file's name. No code in the file is ever run.</remarks>
/// <param name="path">Full path, links resolved.</param>
/// <param name="tensors">By name.</param>
/// <param name="metadata">Free text pairs of a safetensors header; empty for other kinds.</param>
public sealed class WeightFile(string path, IReadOnlyDictionary<string, StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>Full path, links resolved.</summary>
    public string FilePath { get; } = path;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; } = tensors;

    /// <summary>Free text pairs of a safetensors header; empty for other kinds.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;

    /// <summary>Reads the list of tensors, checking every offset against the file.</summary>
    /// <exception cref="RefusedInputException">The file is missing, of another kind, damaged, or names code.</exception>
    public static WeightFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new RefusedInputException(RefusalCode.FileMissing, $"{path} is not a file.", path);
        }
        var real = Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        using var stream = File.OpenRead(real);
        Span<byte> start = stackalloc byte[16];
        var got = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var name = Path.GetFileName(path);
        if (got == 0)
        {
            throw new RefusedInputException(RefusalCode.EmptyFile, $"{name} is empty; copy the file again.", name);
        }
        if (start.StartsWith("PK\u0003\u0004"u8))
        {
            return TorchArchive.Read(real, stream);
        }
        if (start[0] == 0x80 && start[1] is >= 2 and <= 5)
        {
            return LegacyTorchFile.Read(real, stream);
        }
        if (start.StartsWith("version https://git-lfs"u8[..16]))
        {
            throw new RefusedInputException(
                RefusalCode.WeightFilePointer, $"{name} is a Git LFS pointer, not the weights; fetch the real file with git lfs pull.", name);
        }
        return SafetensorsReader.Read(real, stream);
    }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="RefusedInputException">There is none.</exception>
    public StoredTensor Require(string name)
        => Tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new RefusedInputException(
                RefusalCode.TensorMissing, $"{Path.GetFileName(FilePath)} has no tensor {name}; it is not a CLIP model in OpenAI or Hugging Face naming.",
                Path.GetFileName(FilePath), name);
}
