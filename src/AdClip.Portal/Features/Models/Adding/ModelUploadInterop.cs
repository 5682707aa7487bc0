using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>models/upload.ts; the only C# that names its functions.</summary>
public sealed class ModelUploadInterop(IJSRuntime js) : JsModuleInterop(js, "./js/models/upload.js")
{
    public ValueTask<string[]> ChosenAsync(ElementReference input) => CallAsync<string[]>("chosen", input);

    /// <summary>Null when it worked, else a sentence; <paramref name="lost"/> is the one for a broken connection.</summary>
    public ValueTask<string?> SendAsync<TPage>(ElementReference input, Guid uploadId, string name, string lost, DotNetObjectReference<TPage> page)
        where TPage : class =>
        CallAsync<string?>("send", input, uploadId, name, lost, page);

    public ValueTask CancelAsync() => CallAsync("cancel");
}
