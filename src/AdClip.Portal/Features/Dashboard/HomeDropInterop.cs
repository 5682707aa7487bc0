using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Dashboard;

/// <summary>dashboard/home.ts; the only C# that names its functions.</summary>
public sealed class HomeDropInterop(IJSRuntime js, IStringLocalizer<HomeText> text, IStringLocalizer<ImagesText> images)
    : JsModuleInterop(js, "./js/dashboard/home.js")
{
    // Texts of what the browser draws on the home page, by the names that it uses.
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["look-creating"] = "LookCreating",
        ["look-sending"] = "LookSending",
        ["look-starting"] = "LookStarting",
        ["look-open"] = "LookOpen",
        ["look-nothing"] = "LookNothing",
        ["look-nothing-note"] = "LookNothingNote",
        ["look-incomplete"] = "LookIncomplete",
        ["look-incomplete-note"] = "LookIncompleteNote",
        ["look-refused"] = "LookRefused",
        ["lookProgress"] = "LookProgress",
        ["lookCounts"] = "LookCounts",
        ["lookMore"] = "LookMore",
        ["lookRenamed"] = "LookRenamed",
        ["lookDated"] = "LookDated",
        ["lookProject"] = "LookProject",
        ["lookResults"] = "LookResults",
        ["lookInspect"] = "LookInspect",
        ["lookDismiss"] = "LookDismiss",
    };

    /// <summary>Takes files that are dropped on the page; <paramref name="page"/> has ImagesArrivedAsync, OpenRunAsync and PutAwayAsync.</summary>
    public ValueTask AttachAsync<TPage>(ElementReference root, DotNetObjectReference<TPage> page)
        where TPage : class
    {
        var texts = ImageUploadInterop.PanelTexts(images);
        foreach (var (name, key) in Texts)
        {
            texts[name] = text[key].Value;
        }
        return CallAsync("attach", root, texts, page);
    }

    public ValueTask DetachAsync(ElementReference root) => CallAsync("detach", root);
}
