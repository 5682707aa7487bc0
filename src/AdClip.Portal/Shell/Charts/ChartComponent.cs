using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Shell.Charts;

/// <summary>Base of the chart components: draws after a render in which the data object changed, and lets go of the element.</summary>
public abstract class ChartComponent<TData> : ComponentBase, IAsyncDisposable
    where TData : class
{
    private TData? _shown;

    /// <summary>Drawn again only when this is another object.</summary>
    [Parameter, EditorRequired] public TData Data { get; set; } = default!;

    /// <summary>What the chart shows, for people who cannot see it; the numbers are in the table below it.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>One for each circuit, which disposes it; the module stays loaded between pages.</summary>
    [Inject] protected ChartInterop Charts { get; set; } = default!;

    protected ElementReference Element { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!ReferenceEquals(_shown, Data))
        {
            _shown = Data;
            await ShowAsync(Data);
        }
        else
        {
            await MoveAsync();
        }
    }

    protected abstract Task ShowAsync(TData data);

    /// <summary>Override to bring small changes, such as the threshold, into a chart that is already shown.</summary>
    protected virtual Task MoveAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_shown is not null)
        {
            try
            {
                await Charts.DisposeChartAsync(Element);
            }
            catch (Exception gone) when (gone is JSDisconnectedException or JSException or OperationCanceledException)
            {
                // The tab was closed: the browser has already dropped the chart.
            }
        }
        OnDisposed();
    }

    protected virtual void OnDisposed()
    {
    }
}
