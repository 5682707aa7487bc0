using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Images;

/// <summary>images/upload.ts; the only C# that names its functions.</summary>
public sealed class ImageUploadInterop(IJSRuntime js, IStringLocalizer<ImagesText> text) : JsModuleInterop(js, "./js/images/upload.js")
{
    /// <summary>Texts of the panel that the browser draws, by the names that it uses.</summary>
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["title"] = "UploadTitle",
        ["running"] = "UploadRunning",
        ["done"] = "UploadDone",
        ["cancel"] = "UploadCancel",
        ["retry"] = "UploadRetry",
        ["close"] = "UploadClose",
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
        CallAsync("attach", root, projectId, Texts.ToDictionary(pair => pair.Key, pair => text[pair.Value].Value), page);

    public ValueTask DetachAsync(ElementReference root, Guid projectId) => CallAsync("detach", root, projectId);
}
