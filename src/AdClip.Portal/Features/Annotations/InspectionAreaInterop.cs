using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Annotations;

/// <summary>annotations/areaEditor.ts; the only C# that names its functions.</summary>
public sealed class InspectionAreaInterop(IJSRuntime js) : JsModuleInterop(js, "./js/annotations/areaEditor.js")
{
    public ValueTask MountAsync(ElementReference host, InspectionAreaSettings settings) => CallAsync("mount", host, settings);

    protected override async ValueTask DisposeModuleAsync(IJSObjectReference imported)
    {
        await imported.InvokeVoidAsync("unmount");
        await base.DisposeModuleAsync(imported);
    }
}

/// <summary>What the editor needs to start; twin of AreaSettings in areaSettings.ts.</summary>
/// <param name="ProjectId">Project whose area is drawn.</param>
/// <param name="CanEdit">False shows everything and changes nothing.</param>
/// <param name="UserId">Separates the journals of people who share a browser.</param>
/// <param name="Texts">Every text, by the keys of texts.ts and areaTexts.ts.</param>
public sealed record InspectionAreaSettings(Guid ProjectId, bool CanEdit, Guid UserId, IReadOnlyDictionary<string, string> Texts);
