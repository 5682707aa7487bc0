using AdClip.Portal.Features.Models.Catalog;
using AdClip.Vision;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>What stands in the fields for a model from this computer: one model at a time, and nothing of it for the next.</summary>
public sealed class NewModelForm
{
    private string _name = "";
    private bool _isTyped;

    /// <summary>Names of the chosen files.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>Names the upload; another one for each try.</summary>
    public Guid UploadId { get; private set; }

    /// <summary>Says that the weights are there already, under which name; null: they are not, or nobody tried yet.</summary>
    public string? Same { get; private set; }

    public string Name
    {
        get => _name;
        set => (_name, _isTyped) = (value, !string.IsNullOrWhiteSpace(value));
    }

    public bool CanSend => Files.Count > 0 && !string.IsNullOrWhiteSpace(_name);

    /// <summary>The files were chosen; their name is proposed unless people have typed one.</summary>
    public void Choose(IReadOnlyList<string> files)
    {
        (Files, Same) = (files, null);
        if (!_isTyped)
        {
            _name = files.FirstOrDefault(ModelFiles.IsWeights) is { } weights ? Path.GetFileNameWithoutExtension(weights) : "";
        }
    }

    /// <summary>Another try begins.</summary>
    public void Begin() => (UploadId, Same) = (Guid.NewGuid(), null);

    /// <summary>The server did not take it: only what another answer or another try can change stays.</summary>
    public void Refused(ModelUploadRefusal refusal)
    {
        switch (refusal.Code)
        {
            case null:
                break;
            case nameof(RefusalCode.ModelAlreadyThere):
                Same = refusal.Sentence;
                break;
            default:
                Clear();
                break;
        }
    }

    /// <summary>It was added, or given up.</summary>
    public void Clear() => (_name, _isTyped, Files, Same) = ("", false, [], null);
}
