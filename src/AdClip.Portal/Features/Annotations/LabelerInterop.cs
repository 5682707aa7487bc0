using AdClip.Portal.Shell;
using AdClip.Vision.GroundTruth;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Annotations;

/// <summary>annotations/labeler.ts; the only C# that names its functions.</summary>
public sealed class LabelerInterop(IJSRuntime js) : JsModuleInterop(js, "./js/annotations/labeler.js")
{
    public ValueTask MountAsync(ElementReference host, LabelerSettings settings) => CallAsync("mount", host, settings);

    protected override async ValueTask DisposeModuleAsync(IJSObjectReference imported)
    {
        await imported.InvokeVoidAsync("unmount");
        await base.DisposeModuleAsync(imported);
    }
}

/// <summary>What the labeler needs to start; twin of LabelerSettings in labeler.ts.</summary>
/// <param name="ProjectId">Project whose images are shown.</param>
/// <param name="ImageId">Image to begin with; null for the first unlabelled one.</param>
/// <param name="CanEdit">False shows everything and changes nothing.</param>
/// <param name="UserId">Separates the journals of people who share a browser.</param>
/// <param name="ImageUrl">Address of this page for an image; "{0}" stands for its id.</param>
/// <param name="Classes">The project's defect classes.</param>
/// <param name="AreaUrl">The project's inspection area.</param>
/// <param name="Texts">Every text, by the keys of texts.ts.</param>
public sealed record LabelerSettings(
    Guid ProjectId,
    Guid? ImageId,
    bool CanEdit,
    Guid UserId,
    string ImageUrl,
    IReadOnlyList<DefectClass> Classes,
    string AreaUrl,
    IReadOnlyDictionary<string, string> Texts);
