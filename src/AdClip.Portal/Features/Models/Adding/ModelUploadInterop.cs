using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>models/upload.ts; the only C# that names its functions.</summary>
public sealed class ModelUploadInterop(IJSRuntime js) : JsModuleInterop(js, "./js/models/upload.js")
{
    public ValueTask<string[]> ChosenAsync(ElementReference input) => CallAsync<string[]>("chosen", input);

    /// <summary>Null when it worked; <paramref name="lost"/> is the sentence for a broken connection.</summary>
    public ValueTask<ModelUploadRefusal?> SendAsync<TPage>(ElementReference input, Guid uploadId, string name, string lost, DotNetObjectReference<TPage> page)
        where TPage : class =>
        CallAsync<ModelUploadRefusal?>("send", input, uploadId, name, lost, page);

    public ValueTask CancelAsync() => CallAsync("cancel");
}

/// <summary>Why a model was not taken.</summary>
/// <param name="Code">Name of the refusal; null: the connection broke, or somebody cancelled.</param>
public sealed record ModelUploadRefusal(string Sentence, string? Code);
