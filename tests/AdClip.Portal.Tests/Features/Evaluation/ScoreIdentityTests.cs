using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>A threshold is applied to scores of the identity that it was chosen on, and to no others: by no page, and by no endpoint.</summary>
public sealed class ScoreIdentityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Threshold_OfAnyOtherPlan_IsAppliedByNoPageAndNoEndpoint()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(4));
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1)), ImageLabel.Anomaly);
        // Plans that differ in one thing each; the last is the first again, by other words.
        NewRun[] plans =
        [
            new() { References = ReferenceChoice.FirstGood, ReferenceCount = 2 },
            new() { References = ReferenceChoice.FirstGood, ReferenceCount = 3 },
            new(),
            new() { References = ReferenceChoice.None },
            new() { References = ReferenceChoice.None, ObjectName = "bolt" },
            new() { References = ReferenceChoice.None, Prompts = new RunPrompts(PromptKind.Lists, ["flawless {}"], ["scratched {}"]) },
            new() { References = ReferenceChoice.None, Tiles = new RunTiles(200) },
            new() { References = ReferenceChoice.None, ImageSize = 192 },
            new() { References = ReferenceChoice.Chosen, ReferenceImages = [.. good] },
        ];
        List<RunAnswer> runs = [];
        foreach (var plan in plans)
        {
            runs.Add(await RunTests.RunAsync(client, project.Id, plan));
        }
        Assert.Equal(runs[2].ScoreIdentity, runs[^1].ScoreIdentity);
        Assert.Equal(plans.Length - 1, runs.Select(run => run.ScoreIdentity).Distinct().Count());

        var thresholds = new Dictionary<string, double>();
        foreach (var (i, run) in runs.SkipLast(1).Index())
        {
            thresholds[run.ScoreIdentity] = 100 + i;
            await SaveAsync(host, run, 100 + i, minutes: i);
            foreach (var shown in runs)
            {
                Assert.Equal(thresholds.GetValueOrDefault(shown.ScoreIdentity, double.NaN), await AppliedAsync(host, client, shown));
            }
        }
    }

    [Fact]
    public async Task Inspect_GoodImagesGrewSinceTheThresholdWasSaved_AppliesNone()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3));
        await SamplePlates.LabelAsync(host, [.. good.Take(2)], ImageLabel.Good);
        var run = await RunTests.RunAsync(client, project.Id, new NewRun());
        await SaveAsync(host, run, 100, minutes: 0);

        var before = await InspectAsync(client, project.Id);
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        var after = await InspectAsync(client, project.Id);

        Assert.Equal((100f, 2, run.ScoreIdentity), (before.Threshold, before.ReferenceCount, before.ScoreIdentity));
        Assert.Equal((null, 3), (after.Threshold, after.ReferenceCount));
        Assert.NotEqual(run.ScoreIdentity, after.ScoreIdentity);
    }

    /// <summary>The saved threshold that pages and endpoints apply to a run, which all agree on; NaN: none.</summary>
    private static async Task<double> AppliedAsync(PortalHost host, HttpClient client, RunAnswer run)
    {
        var evaluation = host.Services.GetRequiredService<EvaluationState>();
        await evaluation.LoadAsync(run.ProjectId, run.Id);
        var review = host.Services.GetRequiredService<ReviewState>();
        await review.LoadAsync(run.ProjectId, run.Id);
        var metrics = (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.Id}/metrics", Cancel))!;
        double?[] applied =
        [
            evaluation.Origin == ThresholdOrigin.Saved ? evaluation.Threshold : null,
            review.IsThresholdSaved ? review.Threshold : null,
            metrics.ThresholdSource == "saved" ? metrics.Threshold : null,
        ];
        return Assert.Single(applied.Distinct()) ?? double.NaN;
    }

    private static async Task<InspectAnswer> InspectAsync(HttpClient client, Guid projectId)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Defective(1)[0], Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect", body, Cancel);
        return (await answer.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
    }

    private static async Task SaveAsync(PortalHost host, RunAnswer run, double value, int minutes)
    {
        var admin = await host.AdminIdAsync();
        await using var db = await host.DbAsync();
        db.Add(new ThresholdChoice
        {
            ProjectId = run.ProjectId,
            RunId = run.Id,
            ScoreIdentity = run.ScoreIdentity,
            Value = value,
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
