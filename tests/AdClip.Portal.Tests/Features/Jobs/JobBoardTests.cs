using System.Globalization;
using AdClip.Portal.Features.Jobs;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Jobs;

public sealed class JobBoardTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enqueue_HandlerFinishes_JobSucceedsWithItsProgress()
    {
        await using var host = Host(new Script(job => Task.FromResult(JobOutcome.Done("Seconds", [3]))));
        using var watch = new JobWatch(host);

        var job = await EnqueueAsync(host);
        var over = await watch.UntilAsync(seen => seen.State.IsOver());

        Assert.Equal((job.Id, JobState.Succeeded, 1), (over.Id, over.State, over.Attempt));
        Assert.NotNull(over.FinishedAt);
        Assert.Equal("3 s", Sentence(host, over, "en"));
    }

    [Fact]
    public async Task Enqueue_HandlerReports_ProgressIsStored()
    {
        await using var host = Host(new Script(async job =>
        {
            await job.BeginAsync(2, 10);
            job.Report(7, 10);
            return JobOutcome.Done();
        }));
        using var watch = new JobWatch(host);

        await EnqueueAsync(host);
        await watch.UntilAsync(seen => seen.State.IsOver());

        var stored = await ReadAsync(host);
        Assert.Equal((7, 10, 2), (stored.Done, stored.Total, stored.AttemptStartDone));
    }

    [Fact]
    public async Task Plan_KindThatRanBefore_TimeLeftIsKnownFromTheFirstStepOn()
    {
        JobPart[] parts = [new("Tokens", 4, "model"), new("Fit", 2, "model")];
        var script = new Script(async (JobContext job) =>
        {
            await job.PlanAsync(parts);
            for (var done = 1; done <= 4; done++)
            {
                job.Report(parts[0], done);
            }
            await Task.Delay(20, Cancel);
            job.Report(parts[1], 2);
            return JobOutcome.Done();
        });
        await using var host = Host(script);
        using var watch = new JobWatch(host);

        var first = await EnqueueAsync(host);
        await watch.UntilAsync(seen => seen.Id == first.Id && seen.State.IsOver());
        var second = await EnqueueAsync(host);
        await watch.UntilAsync(seen => seen.Id == second.Id && seen.State.IsOver());

        var (begun, known) = (Begun(first), Begun(second));
        Assert.Equal(((double?)null, (double?)null), (begun.HighSeconds, begun.Percent));
        Assert.True(known.HighSeconds >= known.LowSeconds && known.LowSeconds > 0);
        Assert.NotNull(known.Percent);
        Assert.All(watch.Seen, seen => Assert.True(seen.State != JobState.Running || seen.Total is 0 or 6));

        JobEstimate Begun(JobView job) => watch.Seen.First(seen => seen.Id == job.Id && seen.Estimate is not null).Estimate!;
    }

    [Fact]
    public async Task Enqueue_HandlerRefuses_SentenceIsInTheReadersLanguage()
    {
        await using var host = Host(new Script(job => throw new RefusedInputException(RefusalCode.EmptyFile, "The file is empty.")));
        using var watch = new JobWatch(host);

        await EnqueueAsync(host);
        var over = await watch.UntilAsync(seen => seen.State.IsOver());

        Assert.Equal(JobState.Refused, over.State);
        Assert.Contains("0 bytes", Sentence(host, over, "en"), StringComparison.Ordinal);
        Assert.NotEqual(Sentence(host, over, "en"), Sentence(host, over, "ko"));
    }

    [Fact]
    public async Task Retry_AfterAFault_RunsAgain()
    {
        var script = new Script(job => throw new InvalidOperationException("A planted fault."), job => Task.FromResult(JobOutcome.Done()));
        await using var host = Host(script);
        using var watch = new JobWatch(host);

        var job = await EnqueueAsync(host);
        var failed = await watch.UntilAsync(seen => seen.State.IsOver());
        Assert.Equal(JobState.Failed, failed.State);
        Assert.DoesNotContain("planted", Sentence(host, failed, "en"), StringComparison.Ordinal);

        Assert.True(await Board(host).RetryAsync(job.Id));
        var done = await watch.UntilAsync(seen => seen.State == JobState.Succeeded);
        Assert.Equal(2, done.Attempt);
        Assert.False(await Board(host).RetryAsync(job.Id));
    }

    [Fact]
    public async Task Cancel_WhileRunning_HandlerIsStopped()
    {
        await using var host = Host(new Script(async (job, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return JobOutcome.Done();
        }));
        using var watch = new JobWatch(host);

        var job = await EnqueueAsync(host);
        await watch.UntilAsync(seen => seen.State == JobState.Running);
        await Board(host).CancelAsync(job.Id);

        Assert.Equal(JobState.Cancelled, (await watch.UntilAsync(seen => seen.State.IsOver())).State);
    }

    [Fact]
    public async Task Enqueue_MoreThanMayRun_OthersWait()
    {
        var (running, most) = (0, 0);
        var script = new Script(async (_, cancel) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Delay(200, cancel);
            Interlocked.Decrement(ref running);
            return JobOutcome.Done();
        });
        await using var host = new PortalHost(null, services =>
        {
            services.AddSingleton(script);
            services.AddJob<ScriptHandler, JobsText>(Script.Kind);
        }, new Dictionary<string, string> { ["Jobs:Concurrent"] = "2" });
        using var watch = new JobWatch(host);

        var jobs = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            jobs.Add((await EnqueueAsync(host)).Id);
        }
        foreach (var job in jobs)
        {
            await watch.UntilAsync(seen => seen.Id == job && seen.State == JobState.Succeeded);
        }
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Shutdown_WhileRunning_TheNextProcessGoesOn()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            Guid jobId;
            await using (var first = Host(new Script(async (job, cancel) =>
            {
                await Task.Delay(Timeout.Infinite, cancel);
                return JobOutcome.Done();
            }), folder))
            {
                using var watch = new JobWatch(first);
                jobId = (await EnqueueAsync(first)).Id;
                await watch.UntilAsync(seen => seen.State == JobState.Running);
            }

            var attempts = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var second = Host(new Script(job =>
            {
                attempts.TrySetResult(job.Attempt);
                return Task.FromResult(JobOutcome.Done());
            }), folder);
            _ = second.Services;
            Assert.Equal(2, await attempts.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Cancel_ThenTheServerIsKilled_TheJobIsCancelledAfterTheRestart()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            Guid jobId;
            await using (var first = Host(new Script(job => Task.FromResult(JobOutcome.Done())), folder))
            {
                jobId = await LeaveBehindAsync(first, JobState.Cancelling);
            }

            await using var second = Host(new Script(job => throw new InvalidOperationException("Must not run.")), folder);
            Assert.Equal(JobState.Cancelled, (await UntilOverAsync(second, jobId)).State);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Start_JobThatWasNeverScheduled_IsRun()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            Guid jobId;
            await using (var first = Host(new Script(job => Task.FromResult(JobOutcome.Done())), folder))
            {
                jobId = await LeaveBehindAsync(first, JobState.Queued);
            }

            await using var second = Host(new Script(job => Task.FromResult(JobOutcome.Done())), folder);
            Assert.Equal(JobState.Succeeded, (await UntilOverAsync(second, jobId)).State);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A row as a killed server leaves it: Quartz knows nothing of it.</summary>
    private static async Task<Guid> LeaveBehindAsync(PortalHost host, JobState state)
    {
        await using var db = await host.DbAsync();
        var record = new JobRecord
        {
            Kind = Script.Kind,
            Payload = "",
            State = state,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = await host.AdminIdAsync(),
        };
        db.Add(record);
        await db.SaveChangesAsync(Cancel);
        return record.Id;
    }

    private static async Task<JobRecord> UntilOverAsync(PortalHost host, Guid jobId)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            await using var db = await host.DbAsync();
            var record = await db.Set<JobRecord>().SingleAsync(job => job.Id == jobId, Cancel);
            if (record.State.IsOver())
            {
                return record;
            }
            await Task.Delay(50, Cancel);
        }
        throw new TimeoutException("The job did not end.");
    }

    private static PortalHost Host(Script script, string? folder = null) => new(folder, services =>
    {
        services.AddSingleton(script);
        services.AddJob<ScriptHandler, JobsText>(Script.Kind);
    });

    private static JobBoard Board(PortalHost host) => host.Services.GetRequiredService<JobBoard>();

    private static async Task<JobView> EnqueueAsync(PortalHost host) =>
        await Board(host).EnqueueAsync(new NewJob(Script.Kind, null, "payload", ["plates"], await host.AdminIdAsync()), null, Cancel);

    private static async Task<JobRecord> ReadAsync(PortalHost host)
    {
        await using var db = await host.DbAsync();
        return await db.Set<JobRecord>().SingleAsync(Cancel);
    }

    private static string Sentence(PortalHost host, JobView job, string culture)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
            return host.Services.GetRequiredService<JobTexts>().Sentence(job)!;
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    /// <summary>What the job does: one step for each attempt, the last one for all further.</summary>
    private sealed class Script(params Func<JobContext, CancellationToken, Task<JobOutcome>>[] attempts)
    {
        public const string Kind = "Script";

        public Script(params Func<JobContext, Task<JobOutcome>>[] attempts)
            : this([.. attempts.Select(attempt => (Func<JobContext, CancellationToken, Task<JobOutcome>>)((job, _) => attempt(job)))])
        {
        }

        public Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel) => attempts[Math.Min(job.Attempt, attempts.Length) - 1](job, cancel);
    }

    private sealed class ScriptHandler(Script script) : IJobHandler
    {
        public Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel) => script.RunAsync(job, cancel);
    }
}
