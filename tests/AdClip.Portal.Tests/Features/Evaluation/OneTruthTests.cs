using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Shell.Charts;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using ResultPage = AdClip.Portal.Features.Runs.ResultPage;
using TestContext = Xunit.TestContext;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>Six images of one truth, through page, API and review: no best F1 exists, and a rule that does is offered.</summary>
public sealed class OneTruthTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoodImagesAlone_OfferTheFalseRejectRuleEverywhere()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, images, run) = await RunAsync(host, client);

        // Nobody has labelled anything: no threshold, no scale, and nothing is called anomalous.
        var bare = await MetricsAsync(client, run.Id);
        Assert.Equal(("none", null, null, null, null), (bare.ThresholdSource, bare.Threshold, bare.Outcomes, bare.Scale, bare.Image.F1Max));
        var review = host.Services.GetRequiredService<ReviewState>();
        await review.LoadAsync(project.Id, run.Id);
        Assert.Equal((null, null, null), (review.Threshold, review.Band, review.Scale));
        await review.DecideAsync(review.Shown[0], ReviewVerdict.Agree, await host.AdminAsync());
        Assert.All(await ResultsAsync(client, run.Id), result => Assert.Null(result.Index));

        await SamplePlates.LabelAsync(host, images, ImageLabel.Good);
        var metrics = await MetricsAsync(client, run.Id);
        Assert.Equal(("falseRejects", true, null, null),
            (metrics.ThresholdSource, metrics.ThresholdFromSameImages, metrics.Image.F1Max, metrics.Image.F1MaxThreshold));
        Assert.Equal((6, 0, 0), (metrics.Outcomes!.Good.Passed, metrics.Outcomes.Good.Failed, metrics.Outcomes.Anomalies.Total));
        Assert.Equal((0.0, null, 0.0), (metrics.Outcomes.Overkill, metrics.Outcomes.Escape, metrics.Outcomes.ReviewLoad));
        Assert.Equal((metrics.Threshold, 6), (metrics.FalseRejects!.Threshold, metrics.FalseRejects.Images));
        Assert.Null(metrics.Image.F1MaxInterval);
        Assert.Equal((null, null), (metrics.Pixel.F1Max, metrics.Pixel.F1MaxThreshold));

        var state = host.Services.GetRequiredService<EvaluationState>();
        await state.LoadAsync(project.Id, run.Id);
        Assert.Equal((ThresholdOrigin.FalseRejects, metrics.Threshold!.Value), (state.Origin, state.Threshold));
        state.MoveToBestF1();
        Assert.Equal(ThresholdOrigin.FalseRejects, state.Origin);
        await review.LoadAsync(project.Id, run.Id);
        Assert.Equal(metrics.Threshold, review.Threshold);
        await AssertPageAsync(state);

        // Both may be saved, and are kept for what they are.
        await state.SaveThresholdAsync(await host.AdminAsync());
        state.MoveTo(state.Images!.Curve.Points[0].Threshold);
        Assert.Equal(ThresholdOrigin.ByHand, state.Origin);
        await state.SaveThresholdAsync(await host.AdminAsync());
        await using var db = await host.DbAsync();
        Assert.Equal(
            [ThresholdOrigin.FalseRejects, ThresholdOrigin.ByHand],
            await db.Set<ThresholdChoice>().OrderBy(choice => choice.Id).Select(choice => choice.Origin!.Value).ToListAsync(Cancel));

        // The index is the same in both answers, and orders images as their scores do.
        var results = await ResultsAsync(client, run.Id);
        Assert.All(results, result => Assert.Equal(metrics.Scale!.Index(result.Score), result.Index));
        Assert.Equal(results.OrderBy(result => result.Score).Select(result => result.Id),
            results.OrderBy(result => result.Index).ThenBy(result => result.Score).Select(result => result.Id));
        Assert.Equal(metrics.Scale, state.Scale);
        var one = (await client.GetFromJsonAsync<ResultAnswer>($"/api/v1/results/{results[0].Id}", Cancel))!;
        Assert.Equal(results[0].Index, one.Index);
    }

    [Fact]
    public async Task AnomalousImagesAlone_OfferTheRecallRule()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, images, run) = await RunAsync(host, client);
        await SamplePlates.LabelAsync(host, images, ImageLabel.Anomaly);

        var metrics = await MetricsAsync(client, run.Id);
        Assert.Equal(("recall", null, null), (metrics.ThresholdSource, metrics.Image.F1Max, metrics.Scale));
        Assert.Equal((0.0, null), (metrics.Outcomes!.Escape, metrics.Outcomes.Overkill));
        Assert.NotNull(metrics.Recall);
        var state = host.Services.GetRequiredService<EvaluationState>();
        await state.LoadAsync(project.Id, run.Id);
        Assert.Equal((ThresholdOrigin.Recall, metrics.Threshold!.Value), (state.Origin, state.Threshold));
    }

    private static async Task AssertPageAsync(EvaluationState state)
    {
        await using var page = new BunitContext();
        page.Services.AddLocalization();
        page.Services.AddMudServices();
        page.Services.AddScoped<ChartInterop>();
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        page.AddAuthorization().SetAuthorized("lead").SetPolicies(Policies.Run);

        var panel = page.Render<ThresholdPanel>(with => with.Add(shown => shown.State, state));
        Assert.Empty(panel.FindAll("[data-action=best-f1]"));
        Assert.NotEmpty(panel.FindAll("[data-action=by-rejects]"));
        Assert.Single(panel.FindAll("[data-action=save]"));
        Assert.Equal("6", panel.Find("[data-outcome=TrueNegative] .confusion-count").TextContent);
        var tiles = page.Render<EvaluationTiles>(with => with.Add(shown => shown.State, state));
        Assert.DoesNotContain("F1", tiles.Markup, StringComparison.Ordinal);
        Assert.Single(page.Render<EvaluationNotes>(with => with.Add(shown => shown.State, state)).FindAll("[data-no-best-f1]"));
    }

    private static async Task<(ProjectAnswer Project, IReadOnlyList<Guid> Images, RunAnswer Run)> RunAsync(PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        var images = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(6));
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.State.IsOver());
        return (project, images, run);
    }

    private static async Task<MetricsAnswer> MetricsAsync(HttpClient client, Guid runId) =>
        (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{runId}/metrics", Cancel))!;

    private static async Task<IReadOnlyList<ResultAnswer>> ResultsAsync(HttpClient client, Guid runId) =>
        (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{runId}/results", Cancel))!.Items;
}
