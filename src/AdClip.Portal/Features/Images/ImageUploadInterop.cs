using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Images;

/// <summary>images/upload.ts; the only C# that names its functions.</summary>
public sealed class ImageUploadInterop(IJSRuntime js, IStringLocalizer<ImagesText> text) : JsModuleInterop(js, "./js/images/upload.js")
{
    // Texts of the panel that the browser draws, by the names that it uses.
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["title"] = "UploadTitle",
        ["running"] = "UploadRunning",
        ["done"] = "UploadDone",
        ["cancel"] = "UploadCancel",
        ["retry"] = "UploadRetry",
        ["close"] = "UploadClose",
        ["fold"] = "UploadFold",
        ["unfold"] = "UploadUnfold",
        ["lost"] = "UploadLost",
        ["signedOut"] = "UploadSignedOut",
        ["retrying"] = "UploadRetrying",
        ["count-accepted"] = "CountAccepted",
        ["count-duplicate"] = "CountDuplicate",
        ["count-refused"] = "CountRefused",
        ["count-failed"] = "CountFailed",
        ["state-waiting"] = "StateWaiting",
        ["state-sending"] = "StateSending",
        ["state-checking"] = "StateChecking",
        ["state-accepted"] = "StateAccepted",
        ["state-duplicate"] = "StateDuplicate",
        ["state-skipped"] = "StateSkipped",
        ["state-refused"] = "StateRefused",
        ["state-failed"] = "StateFailed",
        ["state-cancelled"] = "StateCancelled",
    };

    public ValueTask AttachAsync<TPage>(ElementReference root, Guid projectId, DotNetObjectReference<TPage> page)
        where TPage : class =>
        CallAsync("attach", root, projectId, PanelTexts(text), page);

    /// <summary>The texts of the list of uploads, for every page that begins one.</summary>
    public static Dictionary<string, string> PanelTexts(IStringLocalizer<ImagesText> text) =>
        Texts.ToDictionary(pair => pair.Key, pair => text[pair.Value].Value);

    public ValueTask DetachAsync(ElementReference root, Guid projectId) => CallAsync("detach", root, projectId);
}
