using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Review.Teaching;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Review.Teaching;

/// <summary>The real portal and the real model: plates, good images to compare with, and what people say of regions.</summary>
public sealed class TeachingTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly ImageRectangle Corner = new(8, 8, 60, 60);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Teach_ARegionOfAPlainRun_CalmsItAndUndoAndRedoRestoreTheBytes()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);
        Assert.Null((await ReadAsync(client, plates.Result)).DetectorId);

        var hot = await PreviewAsync(client, plates.Result, new FeedbackRequest(LessonKind.Good, Box: Whole(plates.Image)));
        var (hottest, level) = Hottest(await MapAsync(client, hot.BeforeMapUrl), plates.Image);
        var request = new FeedbackRequest(LessonKind.Good, Point: hottest, Level: level * 0.8, AcceptRegressions: true);
        var preview = await PreviewAsync(client, plates.Result, request);
        Assert.Null((await ReadAsync(client, plates.Result)).DetectorId);
        Assert.True(preview.ScoreAfter < preview.ScoreBefore);

        var taught = await TeachAsync(client, plates.Result, request);

        var lesson = Assert.Single(taught.Lessons);
        Assert.Equal((taught.DetectorId, 2, preview.ScoreAfter, true), (lesson.DetectorId, lesson.DetectorNumber, lesson.ScoreAfter, lesson.InForce));
        var before = await client.GetByteArrayAsync(preview.BeforeMapUrl, Cancel);
        var after = await client.GetByteArrayAsync(preview.AfterMapUrl, Cancel);
        Assert.Equal(before, await OfDetectorAsync(client, plates.Result, taught.RootDetectorId!.Value));
        Assert.Equal(after, await OfDetectorAsync(client, plates.Result, taught.DetectorId!.Value));
        AssertCalmed(Read(before), Read(after), preview.Box, plates.Image);

        // A second region on another part, then back twice and forward twice: exactly the same bytes.
        var second = await TeachAsync(
            client, plates.Result, new FeedbackRequest(LessonKind.Defect, Box: Corner, Parent: taught.DetectorId, AcceptRegressions: true));
        var afterBoth = await OfDetectorAsync(client, plates.Result, second.DetectorId!.Value);
        Assert.NotEqual(after, afterBoth);
        var undone = await MoveAsync(client, plates.Result, "undo", second.DetectorId);
        Assert.Equal((taught.DetectorId, true, true), (undone.DetectorId, undone.CanUndo, undone.CanRedo));
        var back = await MoveAsync(client, plates.Result, "undo", undone.DetectorId);
        Assert.Equal((taught.RootDetectorId, false), (back.DetectorId, back.CanUndo));
        Assert.All(back.Lessons, one => Assert.False(one.InForce));
        Assert.Equal(before, await OfDetectorAsync(client, plates.Result, back.DetectorId!.Value));
        var forward = await MoveAsync(client, plates.Result, "redo", (await MoveAsync(client, plates.Result, "redo", back.DetectorId)).DetectorId);
        Assert.Equal((second.DetectorId, false), (forward.DetectorId, forward.CanRedo));
        Assert.Equal(afterBoth, await OfDetectorAsync(client, plates.Result, forward.DetectorId!.Value));

        // The next run of images uses it, and what it learned from counts as learned from.
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{plates.ProjectId}/runs", new NewRun { Detector = second.DetectorId }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        await using var db = await host.DbAsync();
        Assert.Contains(
            await db.Set<DetectorVersionImage>().Where(image => image.VersionId == second.DetectorId).Select(image => image.Sha256).ToListAsync(Cancel),
            sha256 => sha256 == plates.Image.Sha256);
    }

    [Fact]
    public async Task Taught_AfterARestartWithoutTokens_TheSameBytesAndTheWholeHistory()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            Plates plates;
            TeachingAnswer taught;
            byte[] map;
            await using (var host = new PortalHost(folder))
            {
                using var client = await host.ClientAsync(Roles.QaLead);
                plates = await RunAsync(host, client);
                taught = await TeachAsync(client, plates.Result, new FeedbackRequest(LessonKind.Good, Box: Corner, AcceptRegressions: true));
                taught = await TeachAsync(
                    client,
                    plates.Result,
                    new FeedbackRequest(LessonKind.Defect, Box: Whole(plates.Image), Parent: taught.DetectorId, AcceptRegressions: true));
                map = await OfDetectorAsync(client, plates.Result, taught.DetectorId!.Value);
            }
            Directory.Delete(Path.Combine(folder, "run", "cache"), recursive: true);

            await using var again = new PortalHost(folder);
            using var visitor = await again.ClientAsync(Roles.QaLead);
            var read = await ReadAsync(visitor, plates.Result);

            Assert.Equal(taught.DetectorId, read.DetectorId);
            Assert.Equal(JsonSerializer.Serialize(taught.Lessons), JsonSerializer.Serialize(read.Lessons));
            Assert.Equal(map, await OfDetectorAsync(visitor, plates.Result, read.DetectorId!.Value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Teach_TwoAtOnce_OneIsToldAndNothingIsLost()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);
        var first = await TeachAsync(client, plates.Result, new FeedbackRequest(LessonKind.Good, Box: Corner, AcceptRegressions: true));

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(i =>
            client.PostAsJsonAsync(
                $"/api/v1/results/{plates.Result}/feedback",
                new FeedbackRequest(LessonKind.Good, Box: Corner with { X = 80 + (40 * i) }, Parent: first.DetectorId, AcceptRegressions: true),
                Cancel)));

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], answers.Select(answer => answer.StatusCode).Order());
        var refused = answers.Single(answer => answer.StatusCode == HttpStatusCode.Conflict);
        Assert.Contains("FeedbackHeadMoved", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var read = await ReadAsync(client, plates.Result);
        Assert.Equal(2, read.Lessons.Count);
        Assert.All(read.Lessons, lesson => Assert.True(lesson.InForce));
        using var stale = await client.PostAsJsonAsync($"/api/v1/results/{plates.Result}/feedback/undo", new FeedbackMove(first.DetectorId), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Teach_AGoldenDefectAway_RefusedUntilAcceptedAndNamed()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);
        foreach (var image in plates.Good.Append(plates.Image.Id))
        {
            using var marked = await client.PutAsJsonAsync($"/api/v1/images/{image}/golden", new GoldenRequest(true), Cancel);
            Assert.Equal(HttpStatusCode.NoContent, marked.StatusCode);
        }
        Assert.Equal(plates.Good.Count + 1, (await client.GetFromJsonAsync<List<GoldenAnswer>>($"/api/v1/projects/{plates.ProjectId}/golden", Cancel))!.Count);
        // All of the defective plate is said to be good: it cannot be found any longer.
        var request = new FeedbackRequest(LessonKind.Good, Box: Whole(plates.Image));

        var golden = (await PreviewAsync(client, plates.Result, request)).Golden;
        using var refused = await client.PostAsJsonAsync($"/api/v1/results/{plates.Result}/feedback", request, Cancel);

        Assert.Equal(("marked", "bestOfGolden", 1), (golden.Source, golden.ThresholdSource, golden.Worse));
        Assert.Equal(
            (plates.Image.Id, true, true, false),
            (golden.Changes[0].ImageId, golden.Changes[0].IsAnomaly, golden.Changes[0].WasRight, golden.Changes[0].IsRight));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("FeedbackRegressions", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Empty((await ReadAsync(client, plates.Result)).Lessons);
        var kept = await TeachAsync(client, plates.Result, request with { AcceptRegressions = true });
        Assert.Equal(1, Assert.Single(kept.Lessons).Golden.Worse);
    }

    [Fact]
    public async Task Golden_NobodyMarkedAny_ReviewedOnesOfTheRunElseAllLabelled()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);
        var request = new FeedbackRequest(LessonKind.Good, Box: Corner);

        Assert.Equal("labelled", (await PreviewAsync(client, plates.Result, request)).Golden.Source);
        var state = host.Services.GetRequiredService<AdClip.Portal.Features.Review.ReviewState>();
        await state.LoadAsync(plates.ProjectId, plates.RunId);
        await state.DecideAsync(
            state.Scores!.Images.Single(image => image.ImageId == plates.Image.Id), AdClip.Portal.Features.Review.ReviewVerdict.Agree, await host.AdminAsync());
        var reviewed = (await PreviewAsync(client, plates.Result, request)).Golden;
        Assert.Equal(("reviewed", 1), (reviewed.Source, reviewed.Images));
        using var unlabelled = await client.PutAsJsonAsync($"/api/v1/images/{plates.Unlabelled}/golden", new GoldenRequest(true), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unlabelled.StatusCode);
    }

    [Fact]
    public async Task Teach_WithLabels_AddsAShapeAsARevisionAndMarksGood()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);

        var taught = await TeachAsync(
            client, plates.Result, new FeedbackRequest(LessonKind.Defect, Box: Corner, AddShapeClass: "stain", AcceptRegressions: true));

        var truth = GroundTruthJson.ReadImage(await client.GetStringAsync($"/api/v1/images/{plates.Image.Id}/annotations", Cancel));
        var shape = Assert.IsType<BoxShape>(Assert.Single(truth.Shapes));
        Assert.Equal((Corner, "stain", Provenance.Edited), (shape.Box, shape.ClassName, shape.Provenance));
        var result = await ResultOfAsync(client, plates.RunId, plates.Unlabelled);
        await TeachAsync(client, result, new FeedbackRequest(LessonKind.Good, Box: Corner, Parent: taught.DetectorId, MarkGood: true, AcceptRegressions: true));
        await using var db = await host.DbAsync();
        Assert.Equal((ImageLabel.Good, 1), await db.Set<ImageRecord>()
            .Where(image => image.Id == plates.Unlabelled)
            .Select(image => ValueTuple.Create(image.Label, image.AnnotationRevision))
            .SingleAsync(Cancel));
    }

    [Fact]
    public async Task Teach_Annotator_SeesButChangesNothing()
    {
        var host = shared.Host;
        using var lead = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, lead);
        var taught = await TeachAsync(lead, plates.Result, new FeedbackRequest(LessonKind.Good, Box: Corner, AcceptRegressions: true));
        using var annotator = await host.ClientAsync(Roles.Annotator);

        Assert.Single((await ReadAsync(annotator, plates.Result)).Lessons);
        Assert.NotEmpty(await OfDetectorAsync(annotator, plates.Result, taught.DetectorId!.Value));
        foreach (var call in new[] { "feedback", "feedback/preview", "feedback/undo", "feedback/redo" })
        {
            using var answer = await annotator.PostAsJsonAsync(
                $"/api/v1/results/{plates.Result}/{call}", new FeedbackRequest(LessonKind.Good, Box: Corner, Parent: taught.DetectorId), Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        using var golden = await annotator.PutAsJsonAsync($"/api/v1/images/{plates.Image.Id}/golden", new GoldenRequest(true), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, golden.StatusCode);
    }

    [Fact]
    public async Task Teach_RunInTilesOrNothingToUndo_Refused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);

        using var nothing = await client.PostAsJsonAsync($"/api/v1/results/{plates.Result}/feedback/undo", new FeedbackMove(), Cancel);
        Assert.Contains("FeedbackNothingToUndo", await nothing.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var again = await client.PostAsJsonAsync($"/api/v1/results/{plates.Result}/feedback/redo", new FeedbackMove(), Cancel);
        Assert.Contains("FeedbackNothingToRedo", await again.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        await using (var db = await host.DbAsync())
        {
            var run = await db.Set<Run>().AsNoTracking().SingleAsync(run => run.Id == plates.RunId, Cancel);
            var tiled = (RunSettings.Parse(run.Settings) with { Tiles = new AdClip.Vision.Detection.Tiles.TileSettings(128, 0.25) }).ToJson();
            await db.Set<Run>().Where(run => run.Id == plates.RunId).ExecuteUpdateAsync(set => set.SetProperty(run => run.Settings, tiled), Cancel);
        }
        using var refused = await client.PostAsJsonAsync(
            $"/api/v1/results/{plates.Result}/feedback", new FeedbackRequest(LessonKind.Good, Box: Corner), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("FeedbackOnTiles", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Teach_ATrainedDetector_OpenedAgainItIsTheSameToTheLastBit()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var plates = await RunAsync(host, client);
        using var watch = new JobWatch(host);
        foreach (var image in await SamplePlates.UploadAsync(client, plates.ProjectId, [.. SamplePlates.Defective(4).Skip(1)]))
        {
            await DrawAsync(host, image);
        }
        await DrawAsync(host, plates.Image.Id);
        using var trained = await client.PostAsJsonAsync($"/api/v1/projects/{plates.ProjectId}/trainings", new NewTraining(), Cancel);
        var training = (await trained.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        var detector = (await host.Services.GetRequiredService<DetectorVersions>().OfJobAsync(training.Id, Cancel))!;
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{plates.ProjectId}/runs", new NewRun { Detector = detector.Id }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        var result = await ResultOfAsync(client, run.Id, plates.Unlabelled);
        Assert.Equal(detector.Id, (await ReadAsync(client, result)).DetectorId);

        var preview = await PreviewAsync(client, result, new FeedbackRequest(LessonKind.Defect, Box: Corner, Parent: detector.Id));
        var first = await TeachAsync(client, result, new FeedbackRequest(LessonKind.Defect, Box: Corner, Parent: detector.Id, AcceptRegressions: true));
        var second = await TeachAsync(
            client, result, new FeedbackRequest(LessonKind.Good, Box: Corner with { X = 200 }, Parent: first.DetectorId, AcceptRegressions: true));

        Assert.Equal("suggested", preview.Golden.ThresholdSource);
        Assert.True(preview.ScoreAfter > preview.ScoreBefore);
        // Made anew from the fit and the regions, not taken from what is kept open.
        var anew = new DetectorVersions(host.Services.GetRequiredService<IDbContextFactory<PortalDb>>(), host.Services.GetRequiredService<BlobStore>(),
            TimeProvider.System);
        var version = await anew.GetAsync(plates.ProjectId, second.DetectorId!.Value, Cancel);
        Assert.Equal((DetectorKind.Feedback, first.DetectorId, detector.Blob), (version.Kind, version.ParentId, version.Blob));
        using var lease = await host.Services.GetRequiredService<DetectorPool>().RentAsync(version.ModelId, version.ImageSize, Cancel);
        await using var db = await host.DbAsync();
        var sha256 = await db.Set<ImageRecord>().Where(image => image.Id == plates.Unlabelled).Select(image => image.Sha256).SingleAsync(Cancel);
        var seen = (await anew.OpenAsync(version, lease.Detector, Cancel))
            .Score(lease.Detector.EncodeFile(host.Services.GetRequiredService<BlobStore>().PathOf(sha256)), sha256);
        Assert.Equal(Read(await OfDetectorAsync(client, result, version.Id)).Values, seen.Map.Values);
        Assert.Equal(second.Lessons[0].ScoreAfter, seen.Score);
    }

    [Fact]
    public async Task Teach_RunOnAnInspectionArea_WhatLiesOutsideStaysOut()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var left = InspectionRegionsJson.Read(
            """{"schema":"adclip.inspection-regions","version":1,"width":400,"height":400,"regions":["""
                + """{"id":"a","use":"include","kind":"box","box":[0,0,200,400]}]}""");
        var plates = await RunAsync(host, client, left);

        var preview = await PreviewAsync(client, plates.Result, new FeedbackRequest(LessonKind.Defect, Box: Corner));

        foreach (var url in new[] { preview.BeforeMapUrl, preview.AfterMapUrl })
        {
            var (values, side) = await MapAsync(client, url);
            Assert.All(Enumerable.Range(0, side), y => Assert.Equal(0, values[(y * side) + side - 1]));
            Assert.True(values.Max() > 0);
        }
        var taught = await TeachAsync(client, plates.Result, new FeedbackRequest(LessonKind.Defect, Box: Corner, AcceptRegressions: true));
        Assert.Equal(await client.GetByteArrayAsync(preview.AfterMapUrl, Cancel), await OfDetectorAsync(client, plates.Result, taught.DetectorId!.Value));
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
        Assert.False((await host.Services.GetRequiredService<GroundTruthStore>()
            .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Author(null, "test"), Cancel)).IsConflict);
    }

    private sealed record Plates(Guid ProjectId, Guid RunId, Guid Result, ImageRecord Image, IReadOnlyList<Guid> Good, Guid Unlabelled);

    /// <summary>A run of the model over four good plates, a scratched one and one that nobody labelled.</summary>
    private static async Task<Plates> RunAsync(PortalHost host, HttpClient client, InspectionRegions? regions = null)
    {
        var project = await PortalHost.NewProjectAsync(client);
        if (regions is not null)
        {
            using var area = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{project.Id}/inspection-area")
            {
                Content = new StringContent(InspectionRegionsJson.Write(regions), null, "application/json"),
            };
            area.Headers.IfMatch.Add(System.Net.Http.Headers.EntityTagHeaderValue.Parse("\"0\""));
            (await client.SendAsync(area, Cancel)).EnsureSuccessStatusCode();
        }
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(5));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        await SamplePlates.LabelAsync(host, [.. good.Take(4)], ImageLabel.Good);
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Anomaly);
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        await using var db = await host.DbAsync();
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == bad[0], Cancel);
        return new Plates(project.Id, run.Id, await ResultOfAsync(client, run.Id, bad[0]), image, [.. good.Take(4)], good[4]);
    }

    private static async Task<Guid> ResultOfAsync(HttpClient client, Guid runId, Guid imageId) =>
        (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{runId}/results", Cancel))!.Items.Single(result => result.ImageId == imageId).Id;

    private static async Task<TeachingAnswer> ReadAsync(HttpClient client, Guid resultId)
        => (await client.GetFromJsonAsync<TeachingAnswer>($"/api/v1/results/{resultId}/feedback", Cancel))!;

    private static async Task<FeedbackPreviewAnswer> PreviewAsync(HttpClient client, Guid resultId, FeedbackRequest request)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/results/{resultId}/feedback/preview", request, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<FeedbackPreviewAnswer>(Cancel))!;
    }

    private static async Task<TeachingAnswer> TeachAsync(HttpClient client, Guid resultId, FeedbackRequest request)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/results/{resultId}/feedback", request, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<TeachingAnswer>(Cancel))!;
    }

    private static async Task<TeachingAnswer> MoveAsync(HttpClient client, Guid resultId, string move, Guid? parent)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/results/{resultId}/feedback/{move}", new FeedbackMove(parent), Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<TeachingAnswer>(Cancel))!;
    }

    private static Task<byte[]> OfDetectorAsync(HttpClient client, Guid resultId, Guid detectorId)
        => client.GetByteArrayAsync($"/api/v1/results/{resultId}/map?detector={detectorId}", Cancel);

    private static async Task<(float[] Values, int Side)> MapAsync(HttpClient client, string url) => Read(await client.GetByteArrayAsync(url, Cancel));

    private static (float[] Values, int Side) Read(byte[] npy)
    {
        using var stream = new MemoryStream(npy);
        var (values, shape) = NpyReader.ReadFloat32(stream);
        Assert.Equal(shape[0], shape[1]);
        return (values, shape[0]);
    }

    private static ImageRectangle Whole(ImageRecord image) => new(0, 0, image.Width, image.Height);

    private static (ImagePoint At, double Value) Hottest((float[] Values, int Side) map, ImageRecord image)
    {
        var at = Array.IndexOf(map.Values, map.Values.Max());
        return (new ImagePoint((at % map.Side + 0.5) * image.Width / map.Side, (at / map.Side + 0.5) * image.Height / map.Side), map.Values[at]);
    }

    /// <summary>The region is calm, and far from it little moved: only what looks like it.</summary>
    private static void AssertCalmed((float[] Values, int Side) before, (float[] Values, int Side) after, ImageRectangle box, ImageRecord image)
    {
        var side = before.Side;
        var (left, top) = (box.X * side / image.Width, box.Y * side / image.Height);
        var (right, bottom) = ((box.X + box.Width) * side / image.Width, (box.Y + box.Height) * side / image.Height);
        // The blur of the map reaches beyond the box.
        var reach = side / 4.0;
        double Change(double margin, bool inside) => Enumerable.Range(0, before.Values.Length)
            .Where(i => (i % side >= left - margin && i % side < right + margin && i / side >= top - margin && i / side < bottom + margin) == inside)
            .Average(i => Math.Abs(before.Values[i] - after.Values[i]));
        var (inside, far) = (Change(0, inside: true), Change(reach, inside: false));
        Assert.True(inside > 0.1 && far < inside / 5, $"{inside} inside, {far} far from it");
    }
}
