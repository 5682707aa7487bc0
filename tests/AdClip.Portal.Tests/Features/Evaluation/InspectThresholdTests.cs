using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Evaluation;

public sealed class InspectThresholdTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_ThresholdSaved_HoldsForScoresOfItsKindOnly()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(2)), ImageLabel.Good);
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State.IsOver());

        Assert.Null((await InspectAsync(client, project.Id, "")).Threshold);
        await SaveAsync(host, run, 2, minutes: 0);
        Assert.Equal(("good", 2f), Verdict(await InspectAsync(client, project.Id, "")));
        await SaveAsync(host, run, 0, minutes: 1);
        Assert.Equal(("anomaly", 0f), Verdict(await InspectAsync(client, project.Id, "")));
        Assert.Equal(("good", 2f), Verdict(await InspectAsync(client, project.Id, "?threshold=2")));
        Assert.Null((await InspectAsync(client, project.Id, "?references=none")).Threshold);

        await SaveAsync(host, run, 2, minutes: 2, reviewFrom: 0);
        var between = await InspectAsync(client, project.Id, "");
        Assert.Equal(("review", 2f, 0f), (between.Verdict, between.Threshold, between.ReviewFrom));
        Assert.Equal(
            ("good", 2f, null),
            ((await InspectAsync(client, project.Id, "?threshold=2")).Verdict, 2f, (await InspectAsync(client, project.Id, "?threshold=2")).ReviewFrom));
        Assert.Equal(0, (await MetricsAsync(client, run.Id)).ReviewFrom);
        var review = host.Services.GetRequiredService<ReviewState>();
        await review.LoadAsync(project.Id, run.Id);
        review.Filter = ResultFilter.ForReview;
        Assert.Equal((2, true), (review.Shown.Count, review.Band!.Value.HasReview));
        Assert.Equal(2, (await MetricsAsync(client, run.Id)).Outcomes!.Good.Reviewed);
        review.Threshold = 1;
        Assert.Equal((0, false), (review.Shown.Count, review.Band!.Value.HasReview));
    }

    [Fact]
    public async Task Thresholds_OfSeveralKinds_EachHoldsForItsOwnRunsAlone()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(2)), ImageLabel.Good);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1)), ImageLabel.Anomaly);
        (string Name, NewRun Settings)[] kinds =
        [
            ("whole", new NewRun()),
            ("tiles", new NewRun { Tiles = new RunTiles(200) }),
            ("smaller tiles", new NewRun { Tiles = new RunTiles(150) }),
            ("no good images", new NewRun { References = ReferenceChoice.None }),
            ("own prompts", new NewRun { Prompts = new RunPrompts(PromptKind.Lists, ["flawless {}"], ["scratched {}"]) }),
            ("other prompts", new NewRun { Prompts = new RunPrompts(PromptKind.Lists, ["flawless {}"], ["dented {}"]) }),
        ];
        var runs = new List<(RunAnswer Run, double Threshold)>();
        foreach (var (i, kind) in kinds.Index())
        {
            var run = await RunTests.RunAsync(client, project.Id, kind.Settings);
            Assert.Equal("bestF1", (await MetricsAsync(client, run.Id)).ThresholdSource);
            runs.Add((run, 2 + i));
            await SaveAsync(host, run, 2 + i, minutes: i);
        }
        var again = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles(200) });
        runs.Add((again, 3));

        foreach (var (run, threshold) in runs)
        {
            var metrics = await MetricsAsync(client, run.Id);
            Assert.Equal((threshold, "saved", run.Id != again.Id), (metrics.Threshold, metrics.ThresholdSource, metrics.ThresholdFromSameImages));
            var evaluation = host.Services.GetRequiredService<EvaluationState>();
            await evaluation.LoadAsync(project.Id, run.Id);
            Assert.Equal((threshold, ThresholdOrigin.Saved), (evaluation.Threshold, evaluation.Origin));
            var review = host.Services.GetRequiredService<ReviewState>();
            await review.LoadAsync(project.Id, run.Id);
            Assert.Equal((threshold, true, run.Tiles), (review.Threshold, review.IsThresholdSaved, review.Tiles));
        }

        // Looked at whole, whatever threshold was saved last.
        Assert.Equal((2f, null), Cut(await InspectAsync(client, project.Id, "")));
        Assert.Equal((2f, null), Cut(await InspectAsync(client, project.Id, "?tiles=off")));
        Assert.Equal((3f, new TileSettings(200)), Cut(await InspectAsync(client, project.Id, "?tiles=200")));
        Assert.Equal((null, new TileSettings(170)), Cut(await InspectAsync(client, project.Id, "?tiles=170")));
        Assert.Equal((5f, null), Cut(await InspectAsync(client, project.Id, "?references=none")));
        Assert.Equal((0.5f, null), Cut(await InspectAsync(client, project.Id, "?threshold=0.5")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("image/jpeg")]
    [InlineData("application/octet-stream")]
    public async Task Inspect_FileAsTheBody_IsTakenWhateverTheClientCallsIt(string? contentType)
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Defective(1)[0], Cancel));
        body.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);

        using var answer = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect", body, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((400, 400), await answer.Content.ReadFromJsonAsync<InspectAnswer>(Cancel) is { } seen ? (seen.Width, seen.Height) : default);
    }

    private static (float?, TileSettings?) Cut(InspectAnswer answer) => (answer.Threshold, answer.Tiles);

    private static async Task<MetricsAnswer> MetricsAsync(HttpClient client, Guid runId) =>
        (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{runId}/metrics", Cancel))!;

    private static (string, float?) Verdict(InspectAnswer answer) => (answer.Verdict, answer.Threshold);

    private static async Task<InspectAnswer> InspectAsync(HttpClient client, Guid projectId, string query)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Defective(1)[0], Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect{query}", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
    }

    private static async Task SaveAsync(PortalHost host, RunAnswer run, double value, int minutes, double? reviewFrom = null)
    {
        var admin = await host.AdminIdAsync();
        await using var db = await host.DbAsync();
        db.Add(new ThresholdChoice
        {
            ProjectId = run.ProjectId,
            RunId = run.Id,
            ScoreIdentity = run.ScoreIdentity,
            Value = value,
            ReviewFrom = reviewFrom,
            TruePositives = 0,
            FalsePositives = 0,
            TrueNegatives = 0,
            FalseNegatives = 0,
            ChosenAt = DateTimeOffset.UnixEpoch.AddMinutes(minutes),
            ChosenBy = admin,
        });
        await db.SaveChangesAsync(Cancel);
    }
}
