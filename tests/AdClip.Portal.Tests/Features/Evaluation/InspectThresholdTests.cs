using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inference;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Shell;
using AdClip.Portal.Tests.Features.Inference;
using AdClip.Portal.Tests.Features.Jobs;

namespace AdClip.Portal.Tests.Features.Evaluation;

public sealed class InspectThresholdTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_ThresholdSaved_HoldsForScoresOfItsKindOnly()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(2)), ImageLabel.Good);
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.State.IsOver());

        Assert.Null((await InspectAsync(client, project.Id, "")).Threshold);
        await SaveAsync(host, run, 2, minutes: 0);
        Assert.Equal(("good", 2f), Verdict(await InspectAsync(client, project.Id, "")));
        await SaveAsync(host, run, 0, minutes: 1);
        Assert.Equal(("anomaly", 0f), Verdict(await InspectAsync(client, project.Id, "")));
        Assert.Equal(("good", 2f), Verdict(await InspectAsync(client, project.Id, "?threshold=2")));
        Assert.Null((await InspectAsync(client, project.Id, "?references=none")).Threshold);
    }

    private static (string, float?) Verdict(InspectAnswer answer) => (answer.Verdict, answer.Threshold);

    private static async Task<InspectAnswer> InspectAsync(HttpClient client, Guid projectId, string query)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Defective(1)[0], Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect{query}", body, Cancel);
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
