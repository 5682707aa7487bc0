using System.Net.Http.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training.Splits;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training.Splits;

public sealed class SplitPlannerTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-copies-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Propose_LabelledImages_DividesEachKindKeepsCopiesTogetherAndChangesNothing()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = SamplePlates.Good(8);
        var copy = Path.Combine(_folder, "copy.jpg");
        // The same picture in another file: decoders stop at the end of the picture.
        await File.WriteAllBytesAsync(copy, [.. await File.ReadAllBytesAsync(files[0], Cancel), 1], Cancel);
        var good = await SamplePlates.UploadAsync(client, project.Id, [.. files, copy]);
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(6));
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        await SamplePlates.LabelAsync(host, [.. bad.Take(5)], ImageLabel.Anomaly);
        var planner = host.Services.GetRequiredService<SplitPlanner>();

        var blind = await planner.ProposeAsync(project.Id, new SplitWish(0.4), Cancel);
        Assert.Equal((14, 0, 1, 14), (blind.Unseen, blind.Groups, blind.Unlabelled, blind.Changed));

        using var watch = new JobWatch(host);
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel);
        var run = (await answer.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);

        for (var seed = 1; seed <= 5; seed++)
        {
            var preview = await planner.ProposeAsync(project.Id, new SplitWish(0.4, seed), Cancel);
            Assert.Equal((0, 1), (preview.Unseen, preview.Groups));
            Assert.Equal(preview.Splits[good[0]], preview.Splits[good[8]]);
            Assert.Equal([new SplitRow(ImageLabel.Good, null, 9 - preview.Rows[0].Test, preview.Rows[0].Test), new SplitRow(ImageLabel.Anomaly, null, 3, 2)],
                preview.Rows);
            Assert.InRange(preview.Rows[0].Test, 3, 4);
            Assert.DoesNotContain(bad[5], preview.Splits.Keys);
            Assert.Equal(
                preview.Splits.OrderBy(one => one.Key),
                (await planner.ProposeAsync(project.Id, new SplitWish(0.4, seed), Cancel)).Splits.OrderBy(one => one.Key));
        }
        await using var db = await host.DbAsync();
        Assert.Equal(15, db.Set<ImageRecord>().Count(image => image.ProjectId == project.Id && image.Split == ImageSplit.Unassigned));

        // What people settled stays unless they ask.
        await host.Services.GetRequiredService<ImageSplits>().AssignAsync(project.Id, good, ImageSplit.Test, Cancel);
        var kept = await planner.ProposeAsync(project.Id, new SplitWish(0.4), Cancel);
        Assert.Equal((9, 0), (kept.Rows[0].Test, kept.Rows[0].Train));
        Assert.InRange((await planner.ProposeAsync(project.Id, new SplitWish(0.4, Anew: true), Cancel)).Rows[0].Test, 3, 4);
    }
}
