using System.Security.Claims;
using AdClip.Portal.Features.Dashboard;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Evaluation;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Dashboard;

public sealed class DashboardStateTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_RealRun_CountsWhatIsThere()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        await using var db = await host.DbAsync();
        var user = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, (await db.Users.OrderBy(person => person.CreatedAt).FirstAsync(Cancel)).Id.ToString())], "test"));
        // One image came two weeks ago: it belongs to the month, not to the week.
        await db.Set<ImageRecord>().Where(image => image.ProjectId == run.ProjectId && image.Label == ImageLabel.Unlabelled)
            .ExecuteUpdateAsync(set => set.SetProperty(image => image.UploadedAt, TimeProvider.System.GetUtcNow().AddDays(-14)), Cancel);
        var state = host.Services.GetRequiredService<DashboardState>();

        await state.LoadAsync(user, run.ProjectId, 30);

        Assert.Equal((3, 2, 1, 0.4), (state.Good, state.Anomaly, state.Unlabelled, state.DefectRate!.Value));
        Assert.Equal(30, state.Periods.Count);
        Assert.Equal((3, 2, 0, 5), (state.Periods[^1].Good, state.Periods[^1].Anomaly, state.Periods[^1].Unlabelled, state.Periods[^1].Labelled));
        Assert.Equal(1, state.Periods.Take(20).Sum(period => period.Unlabelled));
        Assert.Equal([("dent", 2)], state.Classes.Select(item => (item.Name, item.Shapes)));
        Assert.Equal((null, 0), (Assert.Single(state.Projects!).Active, state.Production.Passed + state.Production.Reviewed + state.Production.Failed));

        await state.LoadAsync(user, run.ProjectId, 7);
        Assert.Equal(5, state.Images);
        await state.LoadAsync(user, run.ProjectId, 0);
        Assert.Equal(6, state.Images);

        await db.Set<Project>()
            .Where(project => project.Id == run.ProjectId)
            .ExecuteUpdateAsync(set => set.SetProperty(project => project.IsOpen, false), Cancel);
        await state.LoadAsync(user, null, 0);
        Assert.DoesNotContain(state.Projects!, project => project.Project.Id == run.ProjectId);
    }
}
