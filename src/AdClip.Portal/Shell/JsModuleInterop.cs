using Microsoft.JSInterop;

namespace AdClip.Portal.Shell;

/// <summary>Base of every *Interop class: imports its module once, and forgives a tab that closed.</summary>
public abstract class JsModuleInterop(IJSRuntime js, string modulePath) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module;

    protected async ValueTask<T> CallAsync<T>(string function, params object?[] arguments)
    {
        var module = await (_module ??= js.InvokeAsync<IJSObjectReference>("import", modulePath).AsTask());
        return await module.InvokeAsync<T>(function, arguments);
    }

    protected async ValueTask CallAsync(string function, params object?[] arguments)
    {
        var module = await (_module ??= js.InvokeAsync<IJSObjectReference>("import", modulePath).AsTask());
        await module.InvokeVoidAsync(function, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_module is null)
        {
            return;
        }
        try
        {
            await DisposeModuleAsync(await _module);
        }
        catch (Exception gone) when (gone is JSDisconnectedException or JSException or OperationCanceledException)
        {
            // The tab was closed: the browser has already dropped the module.
        }
    }

    /// <summary>Override to tell the module to let go of its elements first.</summary>
    protected virtual ValueTask DisposeModuleAsync(IJSObjectReference imported) => imported.DisposeAsync();
}
