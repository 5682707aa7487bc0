using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Shell.Charts;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace AdClip.Portal.Tests.Features.Evaluation;

public sealed class EvaluationComponentsTests : IAsyncLifetime
{
    private readonly BunitContext _page = new();

    public ValueTask InitializeAsync()
    {
        _page.Services.AddLocalization();
        _page.Services.AddMudServices();
        _page.Services.AddScoped<ChartInterop>();
        _page.JSInterop.Mode = JSRuntimeMode.Loose;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public void ConfusionCells_Click_TellsWhichOutcome()
    {
        Outcome? asked = null;
        var cells = _page.Render<ConfusionCells>(with => with
            .Add(cell => cell.Outcomes, new BandOutcomes(new(52, 0, 20), new(16, 0, 44)))
            .Add(cell => cell.Band, new VerdictBand(0.5, 0.5))
            .Add(cell => cell.Shown, Outcome.FalsePositive)
            .Add(cell => cell.OnShow, outcome => asked = outcome));

        Assert.Equal("20", cells.Find("[data-outcome=FalsePositive] .confusion-count").TextContent);
        Assert.Equal("true", cells.Find("[data-outcome=FalsePositive]").GetAttribute("aria-pressed"));
        Assert.Empty(cells.FindAll("[data-right=review]"));
        cells.Find("[data-outcome=FalseNegative]").Click();
        Assert.Equal(Outcome.FalseNegative, asked);
    }

    [Fact]
    public void ConfusionCells_Band_IsTwoByThreeAndReviewIsNoEscape()
    {
        Outcome? asked = null;
        var cells = _page.Render<ConfusionCells>(with => with
            .Add(cell => cell.Outcomes, new BandOutcomes(new(50, 7, 3), new(2, 43, 5)))
            .Add(cell => cell.Band, new VerdictBand(0.2, 0.5))
            .Add(cell => cell.OnShow, outcome => asked = outcome));

        Assert.Equal(["50", "7", "3", "2", "43", "5"], cells.FindAll(".confusion-count").Select(cell => cell.TextContent));
        Assert.Equal(3, cells.FindAll("thead th").Count);
        Assert.Equal("2", cells.Find("[data-outcome=FalseNegative] .confusion-count").TextContent);
        cells.Find("[data-outcome=AnomalyForReview]").Click();
        Assert.Equal(Outcome.AnomalyForReview, asked);
    }

    [Fact]
    public void PixelPanel_NotComputed_SaysSo()
    {
        var panel = _page.Render<PixelPanel>();

        Assert.NotEmpty(panel.FindAll("[role=status]"));
        Assert.Empty(panel.FindAll(".chart"));
    }

    [Fact]
    public void PixelPanel_BucketedNumbers_ShowTheirError()
    {
        var metrics = new PixelMetrics(exactPixels: 0);
        var random = new Random(3);
        var map = Enumerable.Range(0, 64 * 64).Select(i => random.NextSingle() + (i % 64 < 16 ? 0.5f : 0)).ToArray();
        metrics.Add(map, [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 64 < 16 ? 1 : 0))], 64, 64);

        var panel = _page.Render<PixelPanel>(with => with.Add(shown => shown.Report, PixelReport.Parse(PixelReport.Of(metrics.ToCurve(), 1, 0, 64).ToJson())));

        Assert.Contains(panel.FindAll(".metric-tile-value"), tile => tile.TextContent.Contains('±', StringComparison.Ordinal));
        Assert.Single(panel.FindAll(".chart"));
        Assert.NotEmpty(panel.FindAll("table tbody tr"));
    }

    [Fact]
    public void PixelPanel_NothingDrawn_AsksForShapes()
    {
        var metrics = new PixelMetrics();
        metrics.Add(new float[16], new byte[16], 4, 4);

        var panel = _page.Render<PixelPanel>(with => with.Add(shown => shown.Report, PixelReport.Of(metrics.ToCurve(), 1, 0, 4)));

        Assert.Empty(panel.FindAll(".chart"));
        Assert.Empty(panel.FindAll(".metric-tile"));
    }
}
