using AdClip.Portal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Images;

/// <summary>images/gallery.ts; the only C# that names its functions.</summary>
public sealed class GalleryInterop(IJSRuntime js) : JsModuleInterop(js, "./js/images/gallery.js")
{
    public ValueTask AttachAsync(ElementReference root) => CallAsync("attach", root);
}
