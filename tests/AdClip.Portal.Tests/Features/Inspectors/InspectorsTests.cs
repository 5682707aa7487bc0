using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Dashboard;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Inspectors;

/// <summary>From a run to the line: made, checked, promoted, inspected with, rolled back.</summary>
public sealed class InspectorsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_InspectorInUse_AnswersWithItsIdBandAndIndex()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _, run) = await InspectorSteps.RunAsync(host, client);
        Assert.Null((await InspectorSteps.InspectAsync(client, project.Id)).InspectorId);

        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: run.Id));
        Assert.Equal((1, "candidate", 3, "budgets", run.ScoreIdentity), (made.Number, made.State, made.ReferenceCount, made.BandOrigin, made.ScoreIdentity));
        Assert.Contains("3", made.Name, StringComparison.Ordinal);
        Assert.NotNull(made.BandFigures.HeldOut);
        Assert.Equal(6, made.BandFigures.Good.Passed + made.BandFigures.Good.Reviewed + made.BandFigures.Good.Failed);
        Assert.Null((await InspectorSteps.InspectAsync(client, project.Id)).InspectorId);

        using var unchecked_ = await InspectorSteps.PromoteAsync(client, made);
        Assert.Equal("InspectorUnchecked", await InspectorSteps.CodeAsync(unchecked_));
        var report = await InspectorSteps.CheckAsync(host, client, made.Id);
        Assert.Equal((GoldenSource.Labelled, 9, 0, true), (report.Source, report.Images, report.Unreadable, report.Passes));
        Assert.Null(report.Active);
        Assert.True(report.Candidate.Milliseconds > 0 && report.Candidate.Bytes > 0);
        using var wordless = await InspectorSteps.PromoteAsync(client, made, reason: " ");
        Assert.Equal("InspectorReasonMissing", await InspectorSteps.CodeAsync(wordless));
        using var promoted = await InspectorSteps.PromoteAsync(client, made, "first one");
        Assert.Equal("active", (await promoted.Content.ReadFromJsonAsync<InspectorAnswer>(Cancel))!.State);

        var answer = await InspectorSteps.InspectAsync(client, project.Id);
        Assert.Equal((made.Id, 1, made.ScoreIdentity, 3), (answer.InspectorId, answer.InspectorNumber, answer.ScoreIdentity, answer.ReferenceCount));
        Assert.Equal(((float)made.FailFrom, (float)made.FailFrom), (answer.Threshold, answer.FailFrom));
        Assert.Equal(made.ReviewFrom < made.FailFrom ? (float)made.ReviewFrom : null, answer.ReviewFrom);
        Assert.InRange(answer.Index!.Value, 0, 100);
        var own = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items.Single(result => result.Sha256 == answer.Sha256);
        Assert.Equal(own.Score, answer.Score);
        // Whoever says how to look or to judge is not in production.
        foreach (var query in new[] { "?references=none", "?threshold=0.5", "?model=adclip-mini", "?tiles=off", "?references=firstGood&referenceCount=2" })
        {
            var free = await InspectorSteps.InspectAsync(client, project.Id, query);
            Assert.True(free is { InspectorId: null, InspectorNumber: null, Index: null }, query);
        }
        await using var db = await host.DbAsync();
        var kept = Assert.Single(await db.Set<ProductionResult>().ToListAsync(Cancel));
        Assert.Equal((made.Id, answer.Sha256, answer.Score), (kept.InspectorId, kept.Sha256, kept.Score));
    }

    [Fact]
    public async Task Inspect_LabelsReferencesAndAreaChanged_ScoresStayTheSameBits()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, good, bad, run) = await InspectorSteps.RunAsync(host, client);
        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: run.Id));
        await InspectorSteps.UseAsync(host, client, made);
        var files = SamplePlates.Defective(3).Concat(SamplePlates.Good(6)).ToList();
        var before = await ScoresAsync();

        await SamplePlates.LabelAsync(host, good, ImageLabel.Anomaly);
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Good);
        await host.Services.GetRequiredService<ImageDeletion>().DeleteAsync(project.Id, good, Cancel);
        var half = new BoxShape { Id = "half", ClassName = "", Box = new ImageRectangle(0, 0, 400, 200) };
        var regions = new InspectionRegions { Width = 400, Height = 400, Regions = [new InspectionRegion(RegionUse.Include, half)] };
        using var area = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{project.Id}/inspection-area")
        {
            Content = new StringContent(InspectionRegionsJson.Write(regions), null, "application/json"),
        };
        area.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        (await client.SendAsync(area, Cancel)).EnsureSuccessStatusCode();
        await using (var db = await host.DbAsync())
        {
            db.Add(Saved(run, 0.001, await host.AdminIdAsync()));
            await db.SaveChangesAsync(Cancel);
        }
        // Nothing that is kept may be what holds them equal.
        host.Services.GetRequiredService<TokenCache>().Clear();

        Assert.Equal(before, await ScoresAsync());

        async Task<List<(float, string, float?, double?)>> ScoresAsync()
        {
            List<(float, string, float?, double?)> scores = [];
            foreach (var file in files)
            {
                var answer = await InspectorSteps.InspectAsync(client, project.Id, file: file);
                Assert.Equal((made.Id, 0), (answer.InspectorId, answer.InspectionAreaRevision));
                scores.Add((answer.Score, answer.Verdict, answer.Threshold, answer.Index));
            }
            return scores;
        }
    }

    [Fact]
    public async Task Promote_GoldenImagesGetWorse_IsRefusedUntilAcceptedAndRolledBackToTheSameBytes()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _, run) = await InspectorSteps.RunAsync(host, client);
        var first = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: run.Id, Name: "first"));
        await InspectorSteps.UseAsync(host, client, first);
        var score = await InspectorSteps.InspectAsync(client, project.Id);
        var map = await MapAsync();

        var other = await RunTests.RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.FirstGood, ReferenceCount = 1 });
        await using (var db = await host.DbAsync())
        {
            db.Add(Saved(other, 1000, await host.AdminIdAsync()));
            await db.SaveChangesAsync(Cancel);
        }
        var second = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: other.Id, Name: "second"));
        Assert.Equal(("saved", 1000.0), (second.BandOrigin, second.FailFrom));
        var report = await InspectorSteps.CheckAsync(host, client, second.Id);
        Assert.False(report.Passes);
        Assert.All(report.Worse, change => Assert.True(change.IsAnomaly && change.After == Verdict.Pass && change.Before > Verdict.Pass));
        Assert.Equal((2, 1), (report.Candidate.Number, report.Active!.Number));
        using var refused = await InspectorSteps.PromoteAsync(client, second);
        Assert.Equal("InspectorRegressions", await InspectorSteps.CodeAsync(refused));
        Assert.Equal(first.Id, (await InspectorSteps.InspectAsync(client, project.Id)).InspectorId);

        using var accepted = await InspectorSteps.PromoteAsync(client, second, "we know", accept: true);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Equal(second.Id, (await InspectorSteps.InspectAsync(client, project.Id)).InspectorId);
        using var back = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/inspectors/{second.Id}/rollback", new InspectorReason("too many escapes"), Cancel);
        Assert.Equal(first.Id, (await back.Content.ReadFromJsonAsync<InspectorAnswer>(Cancel))!.Id);

        var again = await InspectorSteps.InspectAsync(client, project.Id);
        Assert.Equal((first.Id, score.Score, score.Verdict, score.Index), (again.InspectorId, again.Score, again.Verdict, again.Index));
        Assert.Equal(map, await MapAsync());
        var history = (await InspectorSteps.GetAsync(client, second.Id)).Events;
        Assert.Equal(["rolledBack", "promoted", "made"], history.Select(change => change.Kind));
        Assert.Equal(("we know", true, first.Id), (history[1].Reason, history[1].AcceptedRegressions, history[1].OtherId));
        Assert.Equal(report.Worse.Count, history[1].Report!.Worse.Count);

        // Whatever was checked against another one does not count.
        using var stale = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/inspectors/{first.Id}/rollback", new InspectorReason("further"), Cancel);
        Assert.Equal("InspectorNothingBefore", await InspectorSteps.CodeAsync(stale));

        async Task<byte[]> MapAsync()
        {
            var inspector = (await host.Services.GetRequiredService<InspectorBoard>().ActiveAsync(project.Id, Cancel))!;
            using var opened = await host.Services.GetRequiredService<PlanOpener>()
                .OpenAsync(project.Id, InspectionPlan.Parse(inspector.Plan), patience: null, _ => { }, Cancel);
            var file = SamplePlates.Defective(1)[0];
            return MapFile.Of((await opened.LookAsync(file, score.Sha256, _ => { }, Cancel)).Detection.Map).ToArray();
        }
    }

    [Fact]
    public async Task Dashboard_ExperimentsAndInspections_CountsTheInspectorsAlone()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _, run) = await InspectorSteps.RunAsync(host, client);
        var state = host.Services.GetRequiredService<DashboardState>();
        await InspectorSteps.InspectAsync(client, project.Id);
        await state.LoadAsync(await host.AdminAsync(), project.Id, 30);
        Assert.Equal((default(VerdictCounts), null), (state.Production, Assert.Single(state.Projects!).Active));

        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: run.Id));
        await InspectorSteps.UseAsync(host, client, made);
        List<string> verdicts = [];
        foreach (var file in SamplePlates.Defective(3).Concat(SamplePlates.Good(6)))
        {
            verdicts.Add((await InspectorSteps.InspectAsync(client, project.Id, file: file)).Verdict);
        }
        // Experiments, with the line's own plan and with others.
        await RunTests.RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.FirstGood, ReferenceCount = 3 });
        await RunTests.RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.None });
        await InspectorSteps.InspectAsync(client, project.Id, "?threshold=0");
        await InspectorSteps.CheckAsync(host, client, made.Id);

        await state.LoadAsync(await host.AdminAsync(), project.Id, 30);
        var expected = new VerdictCounts(
            verdicts.Count(verdict => verdict == "good"), verdicts.Count(verdict => verdict == "review"), verdicts.Count(verdict => verdict == "anomaly"));
        Assert.Equal((expected, expected), (state.Production, state.Today));
        var line = Assert.Single(state.Projects!);
        Assert.Equal((made.Id, made.Id), (line.Active!.Id, Assert.Single(line.Production).Inspector.Id));
    }

    [Fact]
    public async Task Make_RunWithoutAGoodLabel_IsRefusedWithASentence()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead, "ko");
        var (project, good, _, run) = await InspectorSteps.RunAsync(host, client);
        await SamplePlates.LabelAsync(host, good, ImageLabel.Unlabelled);
        using var refused = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/inspectors", new NewInspector(RunId: run.Id), Cancel);
        Assert.Contains("양품", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("InspectorWithoutGood", await InspectorSteps.CodeAsync(refused));
        using var both = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/inspectors", new NewInspector(run.Id, Guid.NewGuid()), Cancel);
        Assert.Equal("InspectorSourceAmbiguous", await InspectorSteps.CodeAsync(both));
    }

    [Fact]
    public async Task Detector_Trained_IsNamedMadeAnInspectorAndKeptWhileUsed()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, bad, _) = await InspectorSteps.RunAsync(host, client);
        using var watch = new Jobs.JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/trainings", new NewTraining(), Cancel);
        var training = (await started.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == training.Id && job.State == AdClip.Portal.Features.Jobs.JobState.Succeeded);
        var detector = Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!);

        using var renamed = await client.PatchAsJsonAsync($"/api/v1/detectors/{detector.Id}", new DetectorName(" line 3 "), Cancel);
        Assert.Equal("line 3", (await renamed.Content.ReadFromJsonAsync<DetectorAnswer>(Cancel))!.Name);
        Assert.NotEmpty(await client.GetByteArrayAsync($"/api/v1/detectors/{detector.Id}/file", Cancel));
        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(DetectorId: detector.Id));
        Assert.Equal(
            (detector.Id, 1, "suggested", detector.SuggestedThreshold!.Value),
            (made.DetectorId!.Value, made.DetectorNumber!.Value, made.BandOrigin, made.FailFrom));
        Assert.True(made.MapHigh > 0);
        var report = await InspectorSteps.CheckAsync(host, client, made.Id);
        Assert.Equal(9, report.Candidate.Learned);
        using var promoted = await InspectorSteps.PromoteAsync(client, made);
        Assert.Equal(HttpStatusCode.OK, promoted.StatusCode);
        var answer = await InspectorSteps.InspectAsync(client, project.Id);
        Assert.Equal((made.Id, detector.Id), (answer.InspectorId, answer.DetectorId));

        using var kept = await client.DeleteAsync($"/api/v1/detectors/{detector.Id}", Cancel);
        Assert.Contains("inspectors 1", await kept.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("DetectorInUse", await InspectorSteps.CodeAsync(kept));

        // Another one, which nothing uses.
        await SamplePlates.LabelAsync(host, [bad[0]], ImageLabel.Unlabelled);
        using var again = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/trainings", new NewTraining(), Cancel);
        var second = (await again.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == second.Id && job.State == AdClip.Portal.Features.Jobs.JobState.Succeeded);
        var free = (await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!.Single(one => one.Number == 2);
        using var deleted = await client.DeleteAsync($"/api/v1/detectors/{free.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(detector.Id, Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{project.Id}/detectors", Cancel))!).Id);
    }

    [Fact]
    public async Task Check_TiledPlan_MeasuresWhatTilesCost()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _, _) = await InspectorSteps.RunAsync(host, client);
        var tiled = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles(200) });
        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: tiled.Id));
        var report = await InspectorSteps.CheckAsync(host, client, made.Id);
        var parity = Assert.Single(report.Parity);
        Assert.Equal((ParityKind.Tiles, 9, GateJob.MostAreaLost), (parity.Kind, parity.Images, parity.Limit));
        Assert.NotNull(parity.Value);
    }

    [Fact]
    public async Task Roles_Annotator_ReadsAndInspectsButChangesNothing()
    {
        await using var host = new PortalHost();
        using var lead = await host.ClientAsync(Roles.QaLead);
        using var annotator = await host.ClientAsync(Roles.Annotator);
        var (project, _, _, run) = await InspectorSteps.RunAsync(host, lead);
        var made = await InspectorSteps.MakeAsync(lead, project.Id, new NewInspector(RunId: run.Id));
        await InspectorSteps.UseAsync(host, lead, made);

        Assert.Single((await annotator.GetFromJsonAsync<List<InspectorAnswer>>($"/api/v1/projects/{project.Id}/inspectors", Cancel))!);
        Assert.Equal(made.Id, (await InspectorSteps.GetAsync(annotator, made.Id)).Inspector.Id);
        Assert.Equal(made.Id, (await InspectorSteps.InspectAsync(annotator, project.Id)).InspectorId);
        using var promoted = await InspectorSteps.PromoteAsync(annotator, made);
        using var checkedAgain = await annotator.PostAsync($"/api/v1/inspectors/{made.Id}/check", null, Cancel);
        using var renamed = await annotator.PatchAsJsonAsync($"/api/v1/inspectors/{made.Id}", new InspectorName("x"), Cancel);
        Assert.All([promoted, checkedAgain, renamed], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
    }

    private static ThresholdChoice Saved(RunAnswer run, double value, Guid userId) => new()
    {
        ProjectId = run.ProjectId,
        RunId = run.Id,
        ScoreIdentity = run.ScoreIdentity,
        Value = value,
        TruePositives = 0,
        FalsePositives = 0,
        TrueNegatives = 0,
        FalseNegatives = 0,
        ChosenAt = DateTimeOffset.UnixEpoch,
        ChosenBy = userId,
    };
}
