using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Shell.Charts;

/// <summary>charts/charts.ts; the only C# that names its functions. Each call shows new data in the chart of that element.</summary>
public sealed class ChartInterop(IJSRuntime js) : JsModuleInterop(js, "./js/charts/charts.js")
{
    public ValueTask ShowPrecisionRecallAsync(ElementReference element, PrecisionRecallData data, DotNetObjectReference<ThresholdListener>? listener) =>
        CallAsync("showPrecisionRecall", element, data, listener);

    public ValueTask MoveInUseAsync(ElementReference element, ChartPoint? inUse) => CallAsync("moveInUse", element, inUse);

    public ValueTask ShowHistogramAsync(ElementReference element, ScoreHistogramData data, DotNetObjectReference<ThresholdListener>? listener) =>
        CallAsync("showHistogram", element, data, listener);

    public ValueTask MoveThresholdAsync(ElementReference element, double threshold, double? reviewFrom) =>
        CallAsync("moveThreshold", element, threshold, reviewFrom);

    public ValueTask ShowTimeSeriesAsync(ElementReference element, TimeSeriesData data) => CallAsync("showTimeSeries", element, data);

    public ValueTask ShowParetoAsync(ElementReference element, ParetoData data) => CallAsync("showPareto", element, data);

    public ValueTask ShowErrorBarsAsync(ElementReference element, ErrorBarData data) => CallAsync("showErrorBars", element, data);

    /// <summary>Opens the browser's print dialog; charts draw themselves for paper.</summary>
    public ValueTask PrintAsync() => CallAsync("print");

    public ValueTask DisposeChartAsync(ElementReference element) => CallAsync("dispose", element);
}

/// <summary>Hears of a threshold that somebody chose on a chart.</summary>
public sealed class ThresholdListener(Func<double, Task> picked)
{
    [JSInvokable]
    public Task ThresholdPicked(double threshold) => double.IsFinite(threshold) ? picked(threshold) : Task.CompletedTask;
}
