using System.Security.Claims;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Evaluation;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Review;

public sealed class ReviewStateTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RealRun_FilterWalkAndDecide_AgreeWithTheList()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var state = host.Services.GetRequiredService<ReviewState>();
        await state.LoadAsync(run.ProjectId, run.RunId);

        Assert.False(state.IsRunning);
        Assert.Equal(6, state.Shown.Count);
        Assert.Equal(state.Shown.OrderByDescending(image => image.Score), state.Shown);
        state.Filter = ResultFilter.Unlabelled;
        Assert.Single(state.Shown);
        state.Filter = ResultFilter.All;
        state.Order = ResultOrder.ScoreAscending;
        var walked = new List<Guid>();
        for (var image = state.Shown[0]; image is not null; image = state.Around(image.ImageId).Next)
        {
            walked.Add(image.ImageId);
            Assert.Equal(walked.Count, state.Around(image.ImageId).Position);
        }
        Assert.Equal(state.Shown.Select(image => image.ImageId), walked);
        // Every labelled image has exactly one outcome at any threshold.
        var outcomes = new[] { ResultFilter.TruePositive, ResultFilter.FalsePositive, ResultFilter.TrueNegative, ResultFilter.FalseNegative };
        Assert.Equal(5, outcomes.Sum(filter => ResultList.Of(state.Scores!.Images, filter, ResultOrder.Name, state.Band, state.Verdicts).Count));

        await using var db = await host.DbAsync();
        var personId = await db.Users.OrderBy(person => person.CreatedAt).Select(person => person.Id).FirstAsync(Cancel);
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, personId.ToString())], "test"));
        await state.DecideAsync(state.Shown[0], ReviewVerdict.FalseAlarm, user);
        await state.DecideAsync(state.Shown[0], ReviewVerdict.Agree, user);

        var again = host.Services.GetRequiredService<ReviewState>();
        await again.LoadAsync(run.ProjectId, run.RunId);
        Assert.Equal(ReviewVerdict.Agree, again.Verdicts[walked[0]]);
        var decided = db.Set<ReviewDecision>().Where(decision => decision.RunId == run.RunId).OrderBy(decision => decision.Id);
        Assert.Equal([ReviewVerdict.FalseAlarm, ReviewVerdict.Agree], await decided.Select(decision => decision.Verdict).ToListAsync(Cancel));
        again.Filter = ResultFilter.Undecided;
        Assert.Equal(5, again.Shown.Count);
        await again.LoadAsync(Guid.NewGuid(), run.RunId);
        Assert.Null(again.Scores);
    }

    [Fact]
    public async Task Heatmap_ScaleOfRun_ReachesTheBrightEnd()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var state = host.Services.GetRequiredService<ReviewState>();
        await state.LoadAsync(run.ProjectId, run.RunId);
        var address = $"/api/v1/results/{state.Shown[0].ResultId}/heatmap";

        var own = await client.GetByteArrayAsync($"{address}?high={state.ScaleHighPercent}", Cancel);
        Assert.NotEqual(await client.GetByteArrayAsync($"{address}?high=1", Cancel), own);
        Assert.Equal(await client.GetByteArrayAsync(address, Cancel), await client.GetByteArrayAsync($"{address}?high=100", Cancel));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await client.GetAsync($"{address}?high=0", Cancel)).StatusCode);
    }
}
