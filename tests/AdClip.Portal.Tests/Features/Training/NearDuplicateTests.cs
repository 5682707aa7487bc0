using System.Net.Http.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Training;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class NearDuplicateTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-copies-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Compare_CopiesAmongAndAcross_ToldOnceTheEncoderHasSeenThem()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = SamplePlates.Good(6);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, [.. files, await CopyAsync(files[0], 1)]), ImageLabel.Good);
        await SamplePlates.UploadAsync(client, project.Id, [await CopyAsync(files[1], 2), .. SamplePlates.Defective(2)]);
        await using var scope = host.Services.CreateAsyncScope();
        var state = scope.ServiceProvider.GetRequiredService<TrainingState>();
        await state.LoadAsync(project.Id);
        await state.CompareAsync(project.Id, Cancel);
        Assert.Equal(10, state.Unseen);
        Assert.DoesNotContain(state.Advice, advice => advice.Code is AdviceCode.NearDuplicates or AdviceCode.NearDuplicatesAcrossSplits);

        using var watch = new JobWatch(host);
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel);
        var run = (await answer.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        await state.LoadAsync(project.Id);
        await state.CompareAsync(project.Id, Cancel);

        Assert.Equal(0, state.Unseen);
        Assert.Equal(1, state.Advice.Single(advice => advice.Code == AdviceCode.NearDuplicates).Numbers[0]);
        Assert.Equal(1, state.Advice.Single(advice => advice.Code == AdviceCode.NearDuplicatesAcrossSplits).Numbers[0]);
    }

    // The same picture in another file: decoders stop at the end of the picture.
    private async Task<string> CopyAsync(string file, byte mark)
    {
        var copy = Path.Combine(_folder, $"copy-{mark}{Path.GetExtension(file)}");
        await File.WriteAllBytesAsync(copy, [.. await File.ReadAllBytesAsync(file, Cancel), mark], Cancel);
        return copy;
    }
}
