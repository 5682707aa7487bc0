using System.Security.Claims;
using AdClip.Portal.Features.Accounts;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Features.Review.Teaching;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Evaluation;
using AdClip.Vision.GroundTruth;
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
        Assert.Equal(ReviewVerdict.Agree, again.Verdicts[walked[0]].Verdict);
        Assert.Equal<ReviewVerdict?>([ReviewVerdict.FalseAlarm, ReviewVerdict.Agree], await db.Set<ReviewDecision>()
            .Where(decision => decision.RunId == run.RunId).OrderBy(decision => decision.Id).Select(decision => decision.Verdict).ToListAsync(Cancel));
        again.Filter = ResultFilter.Undecided;
        Assert.Equal(5, again.Shown.Count);
        await again.LoadAsync(Guid.NewGuid(), run.RunId);
        Assert.Null(again.Scores);
    }

    [Fact]
    public async Task Undo_AnyVerdict_TheOneBeforeHoldsAndEveryRowStays()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var (one, other) = (await PersonAsync(host, "one"), await PersonAsync(host, "other"));
        var mine = await StateAsync(host, run);
        var theirs = await StateAsync(host, run);
        var (image, next) = (mine.Shown[0], mine.Shown[1]);

        Assert.True(await mine.DecideAsync(image, ReviewVerdict.Agree, one));
        Assert.True(await mine.DecideAsync(image, ReviewVerdict.FalseAlarm, one));
        Assert.False(await mine.DecideAsync(image, ReviewVerdict.FalseAlarm, one));
        Assert.Equal((image, ReviewVerdict.FalseAlarm), await mine.UndoAsync(image, one));
        Assert.Equal((ReviewVerdict.Agree, "one"), Shown(mine, image));

        // Somebody else decides meanwhile: the newest holds, and the first one's undo leaves it alone.
        Assert.True(await theirs.DecideAsync(image, ReviewVerdict.Missed, other));
        Assert.Equal((image, ReviewVerdict.Agree), await mine.UndoAsync(image, one));
        Assert.Equal((ReviewVerdict.Missed, "other"), Shown(mine, image));
        Assert.Null(await mine.UndoAsync(image, one));
        Assert.False(await mine.WithdrawAsync(mine.Verdicts[image.ImageId].DecisionId, image, one));
        Assert.Equal((ReviewVerdict.Missed, "other"), Shown(await StateAsync(host, run), image));

        // The last one is undone wherever one is by now; after another visit, the one on the image that is shown.
        Assert.True(await mine.DecideAsync(next, ReviewVerdict.FalseAlarm, one));
        Assert.Equal((next, ReviewVerdict.FalseAlarm), await mine.UndoAsync(image, one));
        Assert.True(await mine.DecideAsync(next, ReviewVerdict.Agree, one));
        var later = await StateAsync(host, run);
        Assert.Null(await later.UndoAsync(image, one));
        Assert.Equal((next, ReviewVerdict.Agree), await later.UndoAsync(next, one));
        Assert.False(later.Verdicts.ContainsKey(next.ImageId));
        Assert.Equal((image, ReviewVerdict.Missed), await theirs.UndoAsync(next, other));

        var empty = await StateAsync(host, run);
        Assert.Empty(empty.Verdicts);
        empty.Filter = ResultFilter.Undecided;
        Assert.Equal(6, empty.Shown.Count);
        await using var db = await host.DbAsync();
        Assert.Equal(GoldenSource.Labelled, (await GoldenSet.ReadAsync(db, run.ProjectId, run.RunId, Cancel)).Source);
        var rows = await db.Set<ReviewDecision>().AsNoTracking().Where(row => row.RunId == run.RunId).ToListAsync(Cancel);
        Assert.Equal((5, 5), (rows.Count(row => row.Verdict is not null), rows.Count(row => row.WithdrawsId is not null)));
        Assert.All(rows, row => Assert.Equal(row.Verdict is null, row.WithdrawsId is not null));
    }

    private static async Task<ReviewState> StateAsync(PortalHost host,
        (Guid ProjectId, Guid RunId, Dictionary<Guid, ImageLabel> Truth, int Width, int Height) run)
    {
        var state = host.Services.GetRequiredService<ReviewState>();
        await state.LoadAsync(run.ProjectId, run.RunId);
        return state;
    }

    private static (ReviewVerdict Verdict, string Person) Shown(ReviewState state, ScoredImage image)
    {
        var held = state.Verdicts[image.ImageId];
        return (held.Verdict, state.People[held.DecidedBy]);
    }

    private static async Task<ClaimsPrincipal> PersonAsync(PortalHost host, string name)
    {
        var users = host.Services.GetRequiredService<UsersState>();
        Assert.Null(await users.CreateAsync(name, name, Roles.QaLead, "a-long-password"));
        var id = users.Users!.Single(user => user.UserName == name).Id;
        return new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id.ToString())], "test"));
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
