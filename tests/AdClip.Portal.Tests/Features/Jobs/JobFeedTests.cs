using System.Globalization;
using AdClip.Portal.Features.Jobs;

namespace AdClip.Portal.Tests.Features.Jobs;

public sealed class JobFeedTests
{
    private static readonly JobView Job = JobView.Of(
        new JobRecord { Kind = "Script", Payload = "", CreatedAt = DateTimeOffset.UnixEpoch, CreatedBy = Guid.Empty });

    [Fact]
    public async Task Publish_FromAWorkerOfAnotherLanguage_ListenerKeepsItsOwn()
    {
        var feed = new JobFeed();
        string? heard = null;
        await Task.Run(() =>
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("ko");
            return feed.Subscribe(_ => heard = CultureInfo.CurrentUICulture.Name);
        }, TestContext.Current.CancellationToken);
        await Task.Run(() =>
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
            feed.Publish(Job);
        }, TestContext.Current.CancellationToken);
        Assert.Equal("ko", heard);
    }

    [Fact]
    public void Publish_AfterDisposal_IsNotHeard()
    {
        var feed = new JobFeed();
        var heard = 0;
        using (feed.Subscribe(_ => heard++))
        {
            feed.Publish(Job);
        }
        feed.Publish(Job);
        Assert.Equal(1, heard);
    }

    [Fact]
    public void Remaining_MeasuredAMomentAgo_IsAsMuchAsItMayStillTake()
    {
        var at = DateTimeOffset.UnixEpoch;
        var job = Job with { State = JobState.Running, Done = 60, Total = 100, Estimate = new JobEstimate(60, 20, 40, "", 60, 100, at) };

        Assert.Equal(TimeSpan.FromSeconds(40), job.Remaining(at.AddSeconds(10)));
        // Nobody has said anything since, so nothing is known any longer.
        Assert.Null(job.Remaining(at.AddMinutes(2)));
        Assert.Null((job with { State = JobState.Cancelling }).Remaining(at.AddSeconds(10)));
        Assert.Null((job with { Estimate = null }).Remaining(at.AddSeconds(10)));
    }
}
