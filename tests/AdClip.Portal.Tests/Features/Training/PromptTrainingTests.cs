using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class PromptTrainingTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Train_BothWithViews_KeepsEveryEpochAndRunsScoreWithItsTexts()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await LabelledAsync(host, client);
        using var watch = new JobWatch(host);

        var training = await StartAsync(
            client, project.Id, new NewTraining { Learn = LearnKind.Both, Prompts = new PromptRequest { Epochs = 2, Views = 1, Mirrors = true, Folds = 2 } });
        var ended = await watch.UntilAsync(job => job.Id == training.Id && job.State.IsOver());

        Assert.Equal((JobState.Succeeded, "TrainingDone"), (ended.State, ended.MessageCode));
        var epochs = await EpochsAsync(client, training.Id);
        Assert.Equal([1, 2], epochs.Select(epoch => epoch.Epoch!.Value));
        Assert.All(epochs, epoch => Assert.InRange(epoch.OutOfFold!.F1, 0.5, 1));
        Assert.All(epochs, epoch => Assert.True(epoch.Loss!.Total > 0));
        var detector = Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!);
        var best = epochs.MaxBy(epoch => (epoch.OutOfFold!.F1, epoch.OutOfFold.AveragePrecision))!;
        Assert.Equal(("prompts", best.Id, best.Epoch, false), (detector.Kind, detector.Texts!.CheckpointId, detector.Texts.Epoch, detector.Texts.MayHaveSeen));

        // The checkpoint alone, as the program would use its file: the same scores to the last bit.
        using var file = new TemporaryFile(best.Name, await client.GetByteArrayAsync(best.FileUrl, Cancel));
        var run = await RunAsync(
            client, watch, project.Id, new NewRun { References = ReferenceChoice.None, Prompts = new RunPrompts(PromptKind.Learned, CheckpointId: best.Id) });
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        using (var lease = await host.Services.GetRequiredService<DetectorPool>().RentAsync(detector.Model, null, Cancel))
        {
            var scorer = lease.Detector.CreateScorer(new PromptSettings(PromptKind.Learned, CheckpointFile: file.Path), []);
            var plain = lease.Detector.CreateScorer(new PromptSettings(), []);
            var blobs = host.Services.GetRequiredService<BlobStore>();
            foreach (var result in results)
            {
                var tokens = lease.Detector.EncodeFile(blobs.PathOf(result.Sha256));
                Assert.Equal(scorer.Score(tokens, result.Sha256).Score, result.Score);
                Assert.NotEqual(plain.Score(tokens, result.Sha256).Score, result.Score);
            }
        }

        // What was downloaded can be uploaded: kept as it is, and nobody knows what it has seen.
        var taken = await UploadAsync(client, project.Id, "epoch_2.pth", await File.ReadAllBytesAsync(file.Path, Cancel));
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var uploaded = (await taken.Content.ReadFromJsonAsync<CheckpointAnswer>(Cancel))!;
        Assert.Equal(await File.ReadAllBytesAsync(file.Path, Cancel), await client.GetByteArrayAsync(uploaded.FileUrl, Cancel));
        using var twice = await UploadAsync(client, project.Id, "again.pth", await File.ReadAllBytesAsync(file.Path, Cancel));
        Assert.Equal(uploaded.Id, (await twice.Content.ReadFromJsonAsync<CheckpointAnswer>(Cancel))!.Id);
        var again = await RunAsync(
            client, watch, project.Id,
            new NewRun { References = ReferenceChoice.None, Prompts = new RunPrompts(PromptKind.Learned, CheckpointId: uploaded.Id) });
        var second = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{again.Id}/results", Cancel))!.Items;
        Assert.Equal(
            results.ToDictionary(result => result.Sha256, result => result.Score), second.ToDictionary(result => result.Sha256, result => result.Score));

        // Another epoch can be chosen: a version of its own, whose parent is the first one.
        var other = epochs.Single(epoch => epoch.Id != best.Id);
        foreach (var (checkpoint, parent, mayHaveSeen) in new[] { (other.Id, (Guid?)detector.Id, false), (uploaded.Id, null, true) })
        {
            var chosen = await StartAsync(client, project.Id, new NewTraining { Checkpoint = checkpoint });
            await watch.UntilAsync(job => job.Id == chosen.Id && job.State == JobState.Succeeded);
            var made = (await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))![0];
            Assert.Equal((checkpoint, parent, mayHaveSeen), (made.Texts!.CheckpointId, made.ParentId, made.Texts.MayHaveSeen));
        }
    }

    [Fact]
    public async Task Train_StoppedOrExtended_LearnsTheSameBits()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await LabelledAsync(host, client);
        using var watch = new JobWatch(host);
        var request = new NewTraining { Learn = LearnKind.Prompts, Prompts = new PromptRequest { Epochs = 4, Folds = 2 } };
        var whole = await StartAsync(client, project.Id, request);
        await watch.UntilAsync(job => job.Id == whole.Id && job.State == JobState.Succeeded);
        var expected = await BlobsAsync(host, whole.Id);
        Assert.Equal(4, expected.Count);

        // Two epochs, then on to four.
        var half = await StartAsync(client, project.Id, request with { Prompts = request.Prompts! with { Epochs = 2 } });
        await watch.UntilAsync(job => job.Id == half.Id && job.State == JobState.Succeeded);
        using var refused = await client.PostAsJsonAsync($"/api/v1/trainings/{half.Id}/resume", new MoreEpochs(2), Cancel);
        Assert.Contains("TrainingCannotGoOn", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var answer = await client.PostAsJsonAsync($"/api/v1/trainings/{half.Id}/resume", new MoreEpochs(4), Cancel);
        var more = (await answer.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
        Assert.NotEqual(half.Id, more.Id);
        await watch.UntilAsync(job => job.Id == more.Id && job.State == JobState.Succeeded);
        Assert.Equal(expected, await BlobsAsync(host, more.Id));

        // Stopped as soon as an epoch is there, then taken up again.
        var stopped = await StartAsync(client, project.Id, request with { Prompts = request.Prompts! with { Epochs = 12 } });
        while ((await EpochsAsync(client, stopped.Id)).Count == 0)
        {
            await Task.Delay(20, Cancel);
        }
        using var stop = await client.PostAsync($"/api/v1/trainings/{stopped.Id}/cancel", null, Cancel);
        await watch.UntilAsync(job => job.Id == stopped.Id && job.State == JobState.Cancelled);
        var kept = await BlobsAsync(host, stopped.Id);
        Assert.InRange(kept.Count, 1, 11);
        Assert.Equal(expected.Take(kept.Count), kept.Take(expected.Count));
        using var goOn = await client.PostAsJsonAsync($"/api/v1/trainings/{stopped.Id}/resume", new MoreEpochs(), Cancel);
        Assert.Equal(stopped.Id, (await goOn.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!.Id);
        await watch.UntilAsync(job => job.Id == stopped.Id && job.State == JobState.Succeeded);
        var all = await BlobsAsync(host, stopped.Id);
        Assert.Equal(12, all.Count);
        Assert.Equal(expected, all.Take(4));
    }

    [Fact]
    public async Task Train_LabelsChangedSince_LearnsFromThoseOfTheRequestAndSaysSo()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await LabelledAsync(host, client);
        using var watch = new JobWatch(host);
        var training = await StartAsync(client, project.Id);
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        await using var db = await host.DbAsync();
        var before = await LabelSnapshot.ReadAsync(db, training.Id, Cancel);
        Assert.Equal(new LabelChanges(0, 0), await LabelSnapshot.ChangesAsync(db, project.Id, training.Id, 0, Cancel));

        var drawn = before.First(image => image.Shapes.Count > 0);
        await DrawAsync(host, drawn.ImageId, "dent");
        await DrawAsync(host, before.Last(image => image.Shapes.Count > 0).ImageId);
        await SamplePlates.LabelAsync(host, [before.First(image => !image.IsAnomaly).ImageId], ImageLabel.Anomaly);
        var added = await SamplePlates.UploadAsync(client, project.Id, [.. SamplePlates.Good(8).Skip(7)]);
        await SamplePlates.LabelAsync(host, added, ImageLabel.Good);

        // One has another class, one another label; the shape that was saved again says the same.
        Assert.Equal(new LabelChanges(2, 1), await LabelSnapshot.ChangesAsync(db, project.Id, training.Id, 0, Cancel));
        var after = await LabelSnapshot.ReadAsync(db, training.Id, Cancel);
        Assert.Equal(before.Select(image => (image.Sha256, image.IsAnomaly, image.Class)), after.Select(image => (image.Sha256, image.IsAnomaly, image.Class)));
    }

    [Fact]
    public async Task Checkpoints_AwkwardFiles_RefusedByName()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var foreign = await File.ReadAllBytesAsync(SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"), Cancel);

        foreach (var (name, content, code, word) in new[]
        {
            ("epoch_5.pth", foreign, "CheckpointInvalid", "epoch_5.pth"),
            ("../../epoch_6.pth", foreign[..(foreign.Length / 2)], "", "epoch_6.pth"),
            ("empty.pth", [], "EmptyFile", "empty"),
            ("picture.pth", await File.ReadAllBytesAsync(SamplePlates.Good(1)[0], Cancel), "", "picture.pth"),
        })
        {
            using var answer = await UploadAsync(client, project.Id, name, content);
            var problem = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{name}: {answer.StatusCode} {problem}");
            Assert.Contains(code, problem, StringComparison.Ordinal);
            Assert.Contains(word, problem, StringComparison.Ordinal);
            Assert.DoesNotContain("incoming", problem, StringComparison.Ordinal);
        }
        Assert.Empty((await client.GetFromJsonAsync<List<CheckpointAnswer>>($"/api/v1/projects/{project.Id}/checkpoints", Cancel))!);
    }

    [Fact]
    public async Task Train_SettingsOrImagesThatDoNotWork_Refused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3)), ImageLabel.Good);
        await RefusedAsync(new PromptRequest(), "PromptImagesTooFew");
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2)), ImageLabel.Anomaly);
        await RefusedAsync(new PromptRequest { Folds = 0 }, "TrainingSettingInvalid");
        await RefusedAsync(new PromptRequest { Depth = 99 }, "TrainingSettingInvalid");
        await RefusedAsync(new PromptRequest { Epochs = 0 }, "TrainingSettingInvalid");
        await RefusedAsync(new PromptRequest { Views = 1000 }, "TrainingSettingInvalid");
        await RefusedAsync(new PromptRequest { Optimiser = "sgd" }, "TrainingSettingUnknown");

        async Task RefusedAsync(PromptRequest prompts, string code)
        {
            using var answer = await client.PostAsJsonAsync(
                $"/api/v1/projects/{project.Id}/trainings", new NewTraining { Learn = LearnKind.Both, Prompts = prompts }, Cancel);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains(code, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rescore_OfATrainedDetector_TakesAnotherDetectorAndNoOtherWords()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await LabelledAsync(host, client);
        using var watch = new JobWatch(host);
        foreach (var request in new[] { new NewTraining(), new NewTraining { UseText = false } })
        {
            var training = await StartAsync(client, project.Id, request);
            await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        }
        var detectors = (await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!;
        var run = await RunAsync(client, watch, project.Id, new NewRun { Detector = detectors[1].Id });

        using var refused = await client.PostAsJsonAsync(
            $"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(Prompts: new RunPrompts(PromptKind.Ensemble)), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("DetectorVersionFixed", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var answer = await client.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(Detector: detectors[0].Id), Cancel);
        var again = (await answer.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        Assert.Equal((detectors[0].Id, run.Id), (again.DetectorId, again.RescoredFromRunId));
        await watch.UntilAsync(job => job.Id == again.JobId && job.State == JobState.Succeeded);
    }

    private static async Task<Portal.Features.Projects.ProjectAnswer> LabelledAsync(PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(5)), ImageLabel.Good);
        foreach (var image in await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(4)))
        {
            await DrawAsync(host, image);
        }
        return project;
    }

    private static async Task DrawAsync(PortalHost host, Guid imageId, string className = "scratch")
    {
        await using var db = await host.DbAsync();
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == imageId, Cancel);
        var box = new BoxShape
        {
            Id = $"{imageId:N}",
            ClassName = className,
            Box = new ImageRectangle(image.Width * 0.3, image.Height * 0.3, image.Width * 0.4, image.Height * 0.4),
        };
        var truth = Portal.Features.Annotations.GroundTruthStore.Empty(image) with { Label = ImageLabel.Anomaly, Shapes = [box] };
        var saved = await host.Services.GetRequiredService<Portal.Features.Annotations.GroundTruthStore>()
            .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Portal.Features.Annotations.Author(null, "test"), Cancel);
        Assert.False(saved.IsConflict);
    }

    private static async Task<TrainingAnswer> StartAsync(HttpClient client, Guid projectId, NewTraining? request = null)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/trainings", request ?? new NewTraining(), Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
    }

    private static async Task<RunAnswer> RunAsync(HttpClient client, JobWatch watch, Guid projectId, NewRun request)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", request, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        var run = (await answer.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        return run;
    }

    private static async Task<List<CheckpointAnswer>> EpochsAsync(HttpClient client, Guid trainingId) =>
        (await client.GetFromJsonAsync<List<CheckpointAnswer>>($"/api/v1/trainings/{trainingId}/epochs", Cancel))!;

    private static async Task<IReadOnlyList<string>> BlobsAsync(PortalHost host, Guid trainingId) =>
        [.. (await host.Services.GetRequiredService<Checkpoints>().OfTrainingAsync(trainingId, Cancel)).Select(epoch => epoch.Blob)];

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, Guid projectId, string name, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        return await client.PostAsync($"/api/v1/projects/{projectId}/checkpoints?name={Uri.EscapeDataString(name)}", body, Cancel);
    }

    private sealed class TemporaryFile : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("adclip-checkpoint-").FullName;

        public TemporaryFile(string name, byte[] content)
        {
            Path = System.IO.Path.Combine(_folder, name);
            File.WriteAllBytes(Path, content);
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
