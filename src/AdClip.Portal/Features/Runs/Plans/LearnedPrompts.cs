using System.Security.Cryptography;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>Files of learned prompts (epoch_N.pth) that lie in the folder <c>checkpoints</c> of a model, and those that projects keep.</summary>
public sealed class LearnedPrompts(ModelFolders folders, BlobStore blobs)
{
    private const string FolderName = "checkpoints";
    private const string Extension = ".pth";

    /// <summary>File names, in order.</summary>
    public IReadOnlyList<string> List(ModelRecord model)
    {
        var folder = Path.Combine(folders.PathOf(model), FolderName);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Full path of one of them.</summary>
    /// <exception cref="RefusedInputException">There is no such file.</exception>
    public string PathOf(ModelRecord model, string? name) => List(model).Contains(name)
        ? Path.Combine(folders.PathOf(model), FolderName, name!)
        : throw new RefusedInputException(
            RefusalCode.CheckpointUnknown,
            $"There is no file of learned prompts '{name}' in the folder {FolderName} of the model {model.Id}; put it there, or choose other prompts.",
            name ?? "", FolderName, model.Id);

    /// <summary>The path of a run's file, whose content is still what it was when the run was made; null: the run needs none.</summary>
    /// <exception cref="RefusedInputException">It is gone, or was exchanged.</exception>
    public string? PathFor(ModelRecord model, RunPrompts prompts)
    {
        if (prompts.Checkpoint is null)
        {
            return null;
        }
        if (prompts is { CheckpointId: not null, CheckpointSha256: { } blob })
        {
            return blobs.PathOf(blob);
        }
        var path = PathOf(model, prompts.Checkpoint);
        return Sha256(path) == prompts.CheckpointSha256
            ? path
            : throw new RefusedInputException(
                RefusalCode.CheckpointChanged,
                $"The file of learned prompts '{prompts.Checkpoint}' was exchanged after the run was made; start a new run.",
                prompts.Checkpoint);
    }

    /// <summary>What a plan's texts are to the model.</summary>
    /// <exception cref="RefusedInputException">A file of learned prompts is gone, or was exchanged.</exception>
    public PromptSettings For(ModelRecord model, RunPrompts? prompts, string objectName) =>
        (prompts ?? new RunPrompts()).For(objectName, prompts is null ? null : PathFor(model, prompts));

    public static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
