using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class TrainingTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Train_LabelledImages_MakesADetectorThatRunsScoreWith()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(8));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(5));
        await SamplePlates.LabelAsync(host, [.. good.Take(6)], ImageLabel.Good);
        foreach (var image in bad.Take(4))
        {
            await DrawAsync(host, image);
        }
        using var watch = new JobWatch(host);

        var training = await StartAsync(client, project.Id);
        var ended = await watch.UntilAsync(job => job.Id == training.Id && job.State.IsOver());

        Assert.Equal((JobState.Succeeded, "TrainingDone"), (ended.State, ended.MessageCode));
        var answer = (await client.GetFromJsonAsync<TrainingAnswer>($"/api/v1/trainings/{training.Id}", Cancel))!;
        var detector = Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!);
        Assert.Equal(detector.Id, answer.DetectorId);
        Assert.Equal((1, 6, 4, 4), (detector.Number, detector.Good, detector.Anomalies, detector.Drawn));
        Assert.Equal(["scratch"], detector.Classes);
        Assert.Equal(1, detector.Parts.Sum(part => part.Weight), 9);
        Assert.InRange(detector.AreaUnderRoc!.Value, detector.AreaUnderRoc.Low!.Value, detector.AreaUnderRoc.High!.Value);
        Assert.NotNull(detector.SuggestedThreshold);

        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Detector = detector.Id }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        Assert.Equal((detector.Id, 1), (run.DetectorId, run.DetectorNumber));
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        Assert.Equal(13, results.Count);
        await AssertScoresAreThoseOfTheFileAsync(host, detector.Id, results);

        // One image sent alone gets the score that the run gave it, judged by what the detector suggests.
        var unseen = results.Single(result => result.ImageId == bad[4]);
        using var picture = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Defective(5)[4], Cancel));
        using var inspected = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect?detector={detector.Id}", picture, Cancel);
        var verdict = (await inspected.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
        Assert.Equal((unseen.Score, unseen.Probability, (float?)detector.SuggestedThreshold), (verdict.Score, verdict.Probability, verdict.Threshold));

        // The same run again stays with the detector.
        using var again = await client.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(), Cancel);
        var second = (await again.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        Assert.Equal(detector.Id, second.DetectorId);
        await watch.UntilAsync(job => job.Id == second.JobId && job.State == JobState.Succeeded);

        // What it learned from proves nothing: only the labelled images that it did not see may count.
        await SamplePlates.LabelAsync(host, [.. good.Skip(6)], ImageLabel.Good);
        await SamplePlates.LabelAsync(host, [bad[4]], ImageLabel.Anomaly);
        await using var db = await host.DbAsync();
        var scores = (await RunScores.ReadAsync(db, run.Id, Cancel))!;
        Assert.Equal(10, scores.Images.Count(image => image.Origin == ScoreOrigin.Training));
        Assert.Equal(3, new ImageEvaluation(scores.Images).Labelled.Count);
    }

    [Fact]
    public async Task Train_InspectionArea_DetectorLooksThereEvenAfterItWasMoved()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(4)), ImageLabel.Good);
        await PutAreaAsync(client, project.Id, top: 0, revision: 0);
        using var watch = new JobWatch(host);
        var training = await StartAsync(client, project.Id);
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        await PutAreaAsync(client, project.Id, top: 200, revision: 1);

        var detector = Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Detector = detector.Id }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        Assert.Equal(1, run.InspectionAreaRevision);
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);

        var result = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items[0];
        var npy = await client.GetByteArrayAsync($"/api/v1/results/{result.Id}/map", Cancel);
        var map = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(npy.AsSpan(npy.Length - (224 * 224 * sizeof(float)))).ToArray();
        Assert.All(map.Take(110 * 224), value => Assert.True(value > 0));
        Assert.All(map.Skip(113 * 224), value => Assert.Equal(0, value));

        using var picture = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Good(4)[0], Cancel));
        using var inspected = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect?detector={detector.Id}", picture, Cancel);
        var verdict = (await inspected.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
        Assert.Equal(1, verdict.InspectionAreaRevision);
    }

    [Fact]
    public async Task Train_GoodImagesOnly_MakesADetectorAndMeasuresNothing()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3)), ImageLabel.Good);
        using var watch = new JobWatch(host);

        var training = await StartAsync(client, project.Id, new NewTraining { RotatesPart = true });
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);

        var detector = Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!);
        Assert.Equal((3, null, null), (detector.Good, detector.AreaUnderRoc, detector.SuggestedThreshold));
        using var refused = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/runs", new NewRun { Model = "adclip-mini", Detector = detector.Id }, Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("DetectorVersionFixed", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var other = await PortalHost.NewProjectAsync(client, "Others");
        await SamplePlates.UploadAsync(client, other.Id, SamplePlates.Good(1));
        using var foreign = await client.PostAsJsonAsync($"/api/v1/projects/{other.Id}/runs", new NewRun { Detector = detector.Id }, Cancel);
        Assert.Contains("DetectorVersionUnknown", await foreign.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_JobAgainAfterItsVersionWasStored_MakesNoSecondOne()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3)), ImageLabel.Good);
        using var watch = new JobWatch(host);
        var training = await StartAsync(client, project.Id);
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        await using (var db = await host.DbAsync())
        {
            // A server that was killed between the version and the end of the job finds the job running.
            await db.Set<JobRecord>().Where(job => job.Id == training.Id).ExecuteUpdateAsync(set => set.SetProperty(job => job.State, JobState.Failed), Cancel);
        }

        Assert.True(await host.Services.GetRequiredService<JobBoard>().RetryAsync(training.Id));
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded && job.Attempt == 2);

        Assert.Single(await host.Services.GetRequiredService<DetectorVersions>().ListAsync(project.Id, Cancel));
    }

    [Fact]
    public async Task Train_TooFewGoodImagesOrNoPart_Refused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(1)), ImageLabel.Good);

        foreach (var (request, code) in new[]
        {
            (new NewTraining(), "FitGoodImagesTooFew"),
            (new NewTraining { UseText = false, UseBank = false, UseHeads = false, UseAnomalyBank = false }, "TrainingWithoutParts"),
        })
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/trainings", request, Cancel);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains(code, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    private static async Task<TrainingAnswer> StartAsync(HttpClient client, Guid projectId, NewTraining? request = null)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/trainings", request ?? new NewTraining(), Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
    }

    // Half of the plates, which have 400 x 400 pixels.
    private static async Task PutAreaAsync(HttpClient client, Guid projectId, int top, int revision)
    {
        var half = new BoxShape { Id = "half", ClassName = "", Box = new ImageRectangle(0, top, 400, 200) };
        var regions = new InspectionRegions { Width = 400, Height = 400, Regions = [new InspectionRegion(RegionUse.Include, half)] };
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{projectId}/inspection-area")
        {
            Content = new StringContent(InspectionRegionsJson.Write(regions), null, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task DrawAsync(PortalHost host, Guid imageId)
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
        var saved = await host.Services.GetRequiredService<GroundTruthStore>()
            .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Author(null, "test"), Cancel);
        Assert.False(saved.IsConflict);
    }

    /// <summary>The run says what the stored file says, to the last bit.</summary>
    private static async Task AssertScoresAreThoseOfTheFileAsync(PortalHost host, Guid versionId, IReadOnlyList<ResultAnswer> results)
    {
        await using var db = await host.DbAsync();
        var version = await db.Set<DetectorVersion>().AsNoTracking().SingleAsync(version => version.Id == versionId, Cancel);
        using var lease = await host.Services.GetRequiredService<DetectorPool>().RentAsync(version.ModelId, version.ImageSize, Cancel);
        var blobs = host.Services.GetRequiredService<BlobStore>();
        await using var file = blobs.OpenRead(version.Blob);
        var fitted = AdClip.Vision.Detection.FewShot.FittedDetector.Read(file, lease.Detector.FitContext);
        foreach (var result in results)
        {
            var detection = fitted.Score(lease.Detector.EncodeFile(blobs.PathOf(result.Sha256)), result.Sha256);
            Assert.Equal((detection.Score, detection.Probability), (result.Score, result.Probability));
            Assert.NotNull(result.ClassProbabilities);
            Assert.Equal(detection.ClassProbabilities.OrderBy(one => one.Key), result.ClassProbabilities.OrderBy(one => one.Key));
            Assert.Equal(1, result.ClassProbabilities.Values.Sum(), 9);
        }
    }
}
