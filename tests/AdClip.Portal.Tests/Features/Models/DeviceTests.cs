using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Models;

public sealed class DeviceTests
{
    private const string Mini = "adclip-mini";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Device_NotInThisBuild_IsToldWhereverSomebodyLooks()
    {
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Runs:Device"] = "cuda:1" });
        using var client = await host.ClientAsync(Roles.Annotator);

        var ready = (await client.GetStringAsync("/health/ready", Cancel)).Split('\n');
        var model = (await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!.Single(model => model.Id == "adclip-mini");

        Assert.Equal("ready", ready[0]);
        Assert.Contains("-p:Accelerator=cuda", Assert.Single(ready[1..]), StringComparison.Ordinal);
        Assert.Equal("cpu", model.Execution.Device);
        Assert.StartsWith("cuda:1 ", model.Execution.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fallback_OfARun_StaysWhenTheSettingIsPutRight()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-fallback-").FullName;
        try
        {
            RunAnswer run;
            await using (var host = new PortalHost(folder, settings: new Dictionary<string, string> { ["Runs:Device"] = "cuda:1" }))
            {
                using var client = await host.ClientAsync(Roles.QaLead);
                var project = await PortalHost.NewProjectAsync(client);
                await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
                run = await RunTests.RunAsync(client, project.Id, new NewRun());
            }
            await using var later = new PortalHost(folder);
            using var again = await later.ClientAsync(Roles.QaLead);

            var kept = (await again.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{run.Id}", Cancel))!;
            var fresh = await RunTests.RunAsync(again, run.ProjectId, new NewRun());

            Assert.StartsWith("cuda:1 ", kept.DeviceFallback, StringComparison.Ordinal);
            Assert.Equal(("cpu", run.DeviceFallback), (kept.Device, kept.DeviceFallback));
            Assert.Equal(("cpu", null), (fresh.Device, fresh.DeviceFallback));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Device_Auto_CpuWithoutWarning()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.Annotator);

        var model = (await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!.Single(model => model.Id == "adclip-mini");

        Assert.Equal("ready", await client.GetStringAsync("/health/ready", Cancel));
        Assert.Equal(
            ("cpu", "float32", false, false, null),
            (model.Execution.Device, model.Execution.Precision, model.Execution.TakesBatches, model.Execution.IsOpen, model.Execution.FallbackReason));
        Assert.True(model.Execution.MemoryBytes > 8 << 20);
    }

    [Theory]
    [InlineData("gpu", "float32", "Runs:Device is 'gpu'")]
    [InlineData("cpu", "float8", "Runs:Precision is 'float8'")]
    public void Validate_UnknownDeviceOrPrecision_IsRefusedAtStart(string device, string precision, string words) =>
        Assert.Contains(
            words,
            Assert.Single(new ValidateEncodingOptions().Validate(null, new EncodingOptions { Device = device, Precision = precision }).Failures!),
            StringComparison.Ordinal);

    [Fact]
    public async Task Rent_NoRoomBesideModelsInUse_WaitsUntilOneIsReturned()
    {
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:DetectorMemoryMebibytes"] = "1" });
        var pool = host.Services.GetRequiredService<DetectorPool>();
        var first = await pool.RentAsync(Mini, 224, Cancel);
        using var shared = await pool.RentAsync(Mini, 224, Cancel);

        var waiting = pool.RentAsync(Mini, 112, Cancel);

        Assert.Same(first.Detector, shared.Detector);
        Assert.Null(await pool.TryRentForOneAsync(Mini, 224, Cancel));
        var busy = await Assert.ThrowsAsync<RefusedInputException>(() => pool.RentAsync(Mini, 96, Cancel, patience: Moment));
        Assert.Equal(RefusalCode.ModelMemoryBusy, busy.Code);
        first.Dispose();
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(Moment, Cancel)));
        shared.Dispose();
        using var opened = await waiting;
        Assert.Equal(112, opened.Detector.Model.ImageSize);
        Assert.Equal(112, Assert.Single(pool.Open).ImageSize);
    }

    [Fact]
    public async Task Rent_GivenUpWhileWaiting_LeavesNothingBehind()
    {
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:DetectorMemoryMebibytes"] = "1" });
        var pool = host.Services.GetRequiredService<DetectorPool>();
        using var stop = new CancellationTokenSource();
        using (await pool.RentAsync(Mini, 224, Cancel))
        {
            var waiting = pool.RentAsync(Mini, 112, stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
        Assert.Equal(0, Assert.Single(pool.Open).Leases);
        Assert.True(pool.TryClose(Mini));
        Assert.Empty(pool.Open);
    }

    [Fact]
    public async Task RentForOne_AllProcessors_SameBits()
    {
        await using var host = new PortalHost();
        var pool = host.Services.GetRequiredService<DetectorPool>();
        using var many = await pool.RentAsync(Mini, null, Cancel);
        using var one = await pool.TryRentForOneAsync(Mini, null, Cancel);
        Assert.SkipWhen(Environment.ProcessorCount == 1, "One processor: there is no second way.");
        var random = new Random(3);
        float[] pixels = [.. Enumerable.Range(0, 3 * 224 * 224).Select(_ => random.NextSingle())];

        var (expected, actual) = (many.Detector.Encode(pixels), one!.Detector.Encode(pixels));

        Assert.Equal(Environment.ProcessorCount, one.Detector.Execution.Settings.Threads);
        Assert.Equal(many.Detector.EncoderId, one.Detector.EncoderId);
        Assert.Equal(expected.ClassToken, actual.ClassToken);
        Assert.Equal(expected.Layers[^1].Values, actual.Layers[^1].Values);
    }

    [Fact]
    public async Task Measure_EmbeddedModel_EveryWayWithItsNumbers()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        using var watch = new JobWatch(host);

        using var started = await client.PostAsync($"/api/v1/models/{Mini}/measurements", null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal(JobState.Succeeded, (await watch.UntilAsync(job => job.State.IsOver())).State);

        var state = host.Services.GetRequiredService<ModelsState>();
        await state.LoadAsync(await host.AdminAsync());
        var measured = state.MeasurementsOf(state.Models!.Single(model => model.Id == Mini));
        Assert.Equal(Environment.ProcessorCount > 1 ? 4 : 3, measured.Count);
        Assert.All(measured, measurement => Assert.True(measurement is { MillisecondsPerImage: > 0, ImagesPerSecond: > 0, Bytes: > 0, Device: "cpu" }));
        using var unknown = await client.PostAsync("/api/v1/models/none/measurements", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Speed_AfterARun_IsOfEncodedImagesOnly()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.Admin);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2));

        async Task<EncoderSpeed?> RunAsync()
        {
            using var watch = new JobWatch(host);
            using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
            Assert.Equal(JobState.Succeeded, (await watch.UntilAsync(job => job.State.IsOver())).State);
            return (await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!.Single(model => model.Id == "adclip-mini").Execution.Live;
        }
        var first = await RunAsync();
        var second = await RunAsync();

        Assert.Equal(2, first!.Images);
        Assert.True(first is { MillisecondsPerImage: > 0, ImagesPerSecond: > 0, Threads: 1 });
        Assert.Equal(first, second);
    }
}
