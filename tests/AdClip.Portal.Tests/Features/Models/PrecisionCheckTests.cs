using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Models;

public sealed class PrecisionCheckTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private const string Model = "adclip-mini";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_OwnImages_AllowsEightBitRunsOfThatProjectOnly()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(4)), ImageLabel.Good);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(4));
        await RefusedAsync(client, project.Id, "FidelityUnknown");
        using var watch = new JobWatch(host);
        var checks = host.Services.GetRequiredService<PrecisionChecks>();

        var job = await checks.StartAsync(await ProjectAsync(host, project.Id), Model, await host.AdminIdAsync(), Cancel);
        var ended = await watch.UntilAsync(seen => seen.Id == job.Id && seen.State.IsOver());

        Assert.Equal((JobState.Succeeded, "PrecisionPassed"), (ended.State, ended.MessageCode));
        var check = Assert.Single(await checks.LatestAsync(await host.Services.GetRequiredService<ModelCatalog>().GetAsync(Model, Cancel), Cancel));
        Assert.True(check.Passed);
        Assert.Equal(8, check.Report()[FidelityMeasure.Images]);
        Assert.InRange(check.Report()[FidelityMeasure.LeastPatchCosine], 0.95, 0.99999);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { EightBit = true }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        await using var db = await host.DbAsync();
        var run = await db.Set<Run>().SingleAsync(known => known.ProjectId == project.Id, Cancel);
        Assert.EndsWith("-i8", run.EncoderId, StringComparison.Ordinal);
        await watch.UntilAsync(seen => seen.Id == run.JobId && seen.State == JobState.Succeeded);

        var other = await PortalHost.NewProjectAsync(client, "Others");
        await SamplePlates.UploadAsync(client, other.Id, SamplePlates.Good(1));
        await RefusedAsync(client, other.Id, "FidelityUnknown");
    }

    [Fact]
    public async Task Run_CheckFailed_RefusedWithTheFigures()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(1));
        var model = await host.Services.GetRequiredService<ModelCatalog>().GetAsync(Model, Cancel);
        var report = new FidelityReport(
            [], [new FidelityFigure(FidelityMeasure.Images, 9, 8, true), new FidelityFigure(FidelityMeasure.MapCorrelation, double.NaN, 0.99, false)]);
        await using (var db = await host.DbAsync())
        {
            db.Add(new PrecisionCheck
            {
                ProjectId = project.Id,
                ModelId = Model,
                Sha256 = model.Sha256,
                ImageSize = model.RecommendedImageSize,
                Passed = false,
                Figures = PrecisionCheck.Write(report),
                Speedup = 2,
                CheckedAt = TimeProvider.System.GetUtcNow(),
            });
            await db.SaveChangesAsync(Cancel);
        }

        var answer = await RefusedAsync(client, project.Id, "FidelityInsufficient");

        Assert.Contains("MapCorrelation NaN / 0.99", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Images 9", answer, StringComparison.Ordinal);
        var state = host.Services.GetRequiredService<ModelsState>();
        await state.LoadAsync(await host.AdminAsync());
        Assert.Equal([(project.Name, false)], state.ChecksOf(model));
        await state.LoadAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString())], "test")));
        Assert.Equal([(project.Name, false)], state.ChecksOf(model)); // open to everybody
        await using (var db = await host.DbAsync())
        {
            await db.Set<Project>().ExecuteUpdateAsync(set => set.SetProperty(known => known.IsOpen, false), Cancel);
        }
        await state.LoadAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString())], "test")));
        Assert.Empty(state.ChecksOf(model));
    }

    [Fact]
    public async Task Start_TooFewImages_Refused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3));

        var refused = await Assert.ThrowsAsync<RefusedInputException>(async () => await host.Services.GetRequiredService<PrecisionChecks>()
            .StartAsync(await ProjectAsync(host, project.Id), Model, await host.AdminIdAsync(), Cancel));

        Assert.Equal(RefusalCode.FidelityImagesTooFew, refused.Code);
    }

    private static async Task<Project> ProjectAsync(PortalHost host, Guid projectId)
    {
        await using var db = await host.DbAsync();
        return await db.Set<Project>().AsNoTracking().SingleAsync(project => project.Id == projectId, Cancel);
    }

    private static async Task<string> RefusedAsync(HttpClient client, Guid projectId, string code)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", new NewRun { EightBit = true }, Cancel);
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(code, body, StringComparison.Ordinal);
        return body;
    }
}
