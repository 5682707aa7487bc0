using Microsoft.JSInterop;

namespace AdClip.Portal.Shell;

/// <summary>shell/shell.ts; the only C# that names its functions.</summary>
public sealed class ShellInterop(IJSRuntime js) : JsModuleInterop(js, "./js/shell/shell.js")
{
    public ValueTask<bool> IsDarkAsync() => CallAsync<bool>("isDark");

    public ValueTask SetDarkAsync(bool dark) => CallAsync("setDark", dark);

    public ValueTask<bool> IsNavigationOpenAsync() => CallAsync<bool>("isNavigationOpen");

    public ValueTask SetNavigationOpenAsync(bool open) => CallAsync("setNavigationOpen", open);

    /// <summary>Puts text on the clipboard; false when the browser does not allow it.</summary>
    public ValueTask<bool> CopyTextAsync(string text) => CallAsync<bool>("copyText", text);
}
