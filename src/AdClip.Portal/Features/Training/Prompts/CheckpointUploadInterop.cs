using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>training/checkpoint.ts; the only C# that names its functions.</summary>
public sealed class CheckpointUploadInterop(IJSRuntime js) : JsModuleInterop(js, "./js/training/checkpoint.js")
{
    /// <summary>Sends the chosen file. Null when it worked, else a sentence; <paramref name="lost"/> is the one for a broken connection.</summary>
    public ValueTask<string?> SendAsync(ElementReference input, string url, string lost) => CallAsync<string?>("send", input, url, lost);
}
