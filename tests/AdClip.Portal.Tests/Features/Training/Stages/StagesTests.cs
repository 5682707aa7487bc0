using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Stages;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Datasets;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training.Stages;

/// <summary>Experiments with the real model on a small project.</summary>
public sealed class StagesTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Experiment_UsualDetectors_FillsTheTableAndSaysWhatCannotBeFilled()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var projectId = await ProjectAsync(host, client);
        using var watch = new JobWatch(host);

        var started = await StartAsync(client, projectId, new NewStages(["0+4", "3+4", "3+110"], Seeds: 2));
        Assert.Equal(["0+4", "3+4"], started.Stages);
        Assert.Equal((8, 3, 12), (started.TestedGood, started.TestedAnomalies, started.Cells));
        Assert.Equal([new StageNotFilledAnswer("3+110", 100, 0)], started.NotFilled);
        var ended = await watch.UntilAsync(job => job.Id == started.JobId && job.State.IsOver());
        Assert.Equal((JobState.Succeeded, "StagesDone"), (ended.State, ended.MessageCode));

        var table = (await client.GetFromJsonAsync<StageTableAnswer>($"/api/v1/stages/{started.Id}", Cancel))!;
        Assert.Equal(12, table.Cells.Count);
        Assert.All(table.Cells, cell => Assert.Equal((8, 3), (cell.TestedGood, cell.TestedAnomalies)));
        Assert.All(table.Rows, row => Assert.Equal(2, row.Metrics["image_auroc"].Seeds));
        Assert.All(table.Rows, row => Assert.InRange(row.Metrics["aupro_0.3"].Mean, 0, 1));
        // Without anomalies nothing says where a threshold should lie.
        Assert.All(table.Rows, row => Assert.Equal(row.Stage == "3+4", row.Metrics.ContainsKey("f1_at_that_threshold")));
        Assert.Equal(
            2 * 3 / (double)((2 * 3) + 8),
            table.Rows.Single(row => row is { Detector: "fitted", Stage: "3+4" }).Metrics["f1_at_that_threshold"].AllPositive!.Value,
            12);

        var csv = await client.GetStringAsync($"/api/v1/stages/{started.Id}/table.csv", Cancel);
        Assert.Equal(13, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("model,detector,stage,anomalies,good,seed,tested_good,tested_anomalies,threshold,image_auroc,", csv, StringComparison.Ordinal);
        var markdown = await client.GetStringAsync($"/api/v1/stages/{started.Id}/table.md", Cancel);
        Assert.Equal(2 + table.Rows.Count, markdown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(started.Id, Assert.Single((await client.GetFromJsonAsync<List<StagesAnswer>>($"/api/v1/projects/{projectId}/stages", Cancel))!).Id);
    }

    [Fact]
    public async Task Experiment_LearnedPrompts_NeedBothKindsAndAreJudgedOutOfFold()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var projectId = await ProjectAsync(host, client);
        using var watch = new JobWatch(host);
        var started = await StartAsync(client, projectId, new NewStages(["0+4", "2+2"], [StageDetector.Prompts], Seeds: 1));
        Assert.Equal(1, started.Cells);
        await watch.UntilAsync(job => job.Id == started.JobId && job.State == JobState.Succeeded);
        var cell = Assert.Single((await client.GetFromJsonAsync<StageTableAnswer>($"/api/v1/stages/{started.Id}", Cancel))!.Cells);
        Assert.Equal(("2+2", 8, 4), (cell.Stage, cell.TestedGood, cell.TestedAnomalies));
        Assert.All(["image_auroc", "f1_out_of_fold", "f1_at_that_threshold", "pixel_auroc"], (string metric) => Assert.NotNull(cell.Metrics[metric]));
    }

    [Fact]
    public async Task Experiment_GoesOnAfterAStop_KeepsFinishedCellsAndComputesTheSameOnesAgain()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var projectId = await ProjectAsync(host, client);
        using var watch = new JobWatch(host);
        var started = await StartAsync(client, projectId, new NewStages(["0+4", "3+4"], [StageDetector.Bank, StageDetector.Fitted], Seeds: 2));
        await watch.UntilAsync(job => job.Id == started.JobId && job.State == JobState.Succeeded);
        var board = host.Services.GetRequiredService<StageBoard>();
        var whole = await board.CellsAsync(started.Id, Cancel);
        await using (var db = await host.DbAsync())
        {
            // As an experiment that was stopped after its first draw; meanwhile people change labels.
            await db.Set<StageCell>().Where(cell => cell.ExperimentId == started.Id && cell.Seed == 2).ExecuteDeleteAsync(Cancel);
            await db.Set<JobRecord>()
                .Where(job => job.Id == started.JobId)
                .ExecuteUpdateAsync(set => set.SetProperty(job => job.State, JobState.Cancelled), Cancel);
            await db.Set<ImageRecord>()
                .Where(image => image.ProjectId == projectId && image.Label == ImageLabel.Anomaly)
                .ExecuteUpdateAsync(set => set.SetProperty(image => image.Label, ImageLabel.Good), Cancel);
        }

        using (var answer = await client.PostAsync($"/api/v1/stages/{started.Id}/resume", null, Cancel))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        await watch.UntilAsync(job => job.Id == started.JobId && job.State == JobState.Succeeded && job.Attempt == 2);

        var again = await board.CellsAsync(started.Id, Cancel);
        Assert.Equal(whole.Keys.ToHashSet(), again.Keys.ToHashSet());
        foreach (var (key, figures) in whole)
        {
            Assert.Equal(key.Seed == 1 ? figures : figures with { Seconds = again[key].Seconds }, again[key]);
        }
    }

    [Fact]
    public async Task Experiment_Cancelled_StopsAndKeepsWhatIsDone()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var projectId = await ProjectAsync(host, client);
        using var watch = new JobWatch(host);
        var started = await StartAsync(client, projectId, new NewStages(["2+4", "3+4", "3+8"], Seeds: 20));
        // More than all encodings: cells are under way.
        await watch.UntilAsync(job => job.Id == started.JobId && job.Done > 40);
        using (var answer = await client.PostAsync($"/api/v1/stages/{started.Id}/cancel", null, Cancel))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        await watch.UntilAsync(job => job.Id == started.JobId && job.State == JobState.Cancelled);
        Assert.InRange((await client.GetFromJsonAsync<StageTableAnswer>($"/api/v1/stages/{started.Id}", Cancel))!.Cells.Count, 1, started.Cells - 1);
    }

    [Fact]
    public async Task Experiment_WishesOutOfRange_Refused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var projectId = await ProjectAsync(host, client);
        foreach (var (wish, code) in new[]
        {
            (new NewStages(["10-4"]), "StageRequestInvalid"),
            (new NewStages([]), "StageRequestInvalid"),
            (new NewStages(Seeds: 0), "StageRequestInvalid"),
            (new NewStages(Detectors: []), "StageRequestInvalid"),
            (new NewStages(["0+11"]), "StagesNoneFilled"),
            (new NewStages(["0+1"], [StageDetector.Fitted]), "StagesNoneFilled"),
            (new NewStages(Models: ["no-such-model"]), "Model"),
        })
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/stages", wish, Cancel);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains(code, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Draw_LabelledImages_NeverTestsWhatAnyStageLearnsFrom()
    {
        StageExample[] images = [.. Enumerable.Range(0, 60).Select(i => Example($"{i:x64}", isAnomaly: i % 3 == 0))];
        Stage[] stages = [new(0, 4), new(5, 4), new(5, 20)];
        for (var seed = 1; seed <= 10; seed++)
        {
            var draw = StageJob.Draw(images, stages, seed);
            var tested = draw.Judged.Select(image => image.Image.Sha256).ToHashSet();
            Assert.Equal(60 - 25, tested.Count);
            Assert.All(draw.Learned, learned => Assert.DoesNotContain(learned, image => tested.Contains(image.Image.Sha256)));
            Assert.Subset(draw.Learned[2].ToHashSet(), draw.Learned[1].ToHashSet());
        }
    }

    [Fact]
    public async Task Measure_ImageThatWasLearnedFrom_IsNoFigure()
    {
        var host = shared.Host;
        var learned = Example("a", isAnomaly: false);
        var pupil = new StagePupil(_ => throw new InvalidOperationException("Nothing may be scored."), []);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            pupil.MeasureAsync([learned], [Example("b", isAnomaly: true), learned], 0, host.Services.GetRequiredService<EncoderSlots>(), Cancel));
        Assert.Contains("was learned from", fault.Message, StringComparison.Ordinal);
    }

    private static StageExample Example(string sha256, bool isAnomaly) =>
        new(new LabelledImage(sha256, 8, 8, isAnomaly, []), null, () => throw new InvalidOperationException("Its tokens are not needed."));

    /// <summary>Twelve good and six anomalous images, all of these with a drawn defect.</summary>
    private static async Task<Guid> ProjectAsync(PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(12)), ImageLabel.Good);
        foreach (var imageId in await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(6)))
        {
            await using var db = await host.DbAsync();
            var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == imageId, Cancel);
            var box = new BoxShape
            {
                Id = $"{imageId:N}",
                ClassName = "scratch",
                Box = new ImageRectangle(image.Width * 0.3, image.Height * 0.3, image.Width * 0.4, image.Height * 0.4),
            };
            var truth = GroundTruthStore.Empty(image) with { Label = ImageLabel.Anomaly, Shapes = [box] };
            Assert.False((await host.Services.GetRequiredService<GroundTruthStore>()
                .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Author(null, "test"), Cancel)).IsConflict);
        }
        return project.Id;
    }

    private static async Task<StagesAnswer> StartAsync(HttpClient client, Guid projectId, NewStages request)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/stages", request, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<StagesAnswer>(Cancel))!;
    }
}
