using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell.Access;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class ImageSplitsTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_MvtecFolders_KeepsTheSplit()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await Upload.SendAsync(
            client, project.Id, ("tile/train/good/0.bmp", Upload.Picture(1)), ("tile/TEST/good/1.bmp", Upload.Picture(2)),
            ("tile/test/dent/2.bmp", Upload.Picture(3)), ("loose.bmp", Upload.Picture(4)));

        Assert.Equal(["tile/train/good/0.bmp"], await PathsAsync(client, project.Id, "train"));
        Assert.Equal(["tile/TEST/good/1.bmp", "tile/test/dent/2.bmp"], await PathsAsync(client, project.Id, "test"));
        Assert.Equal(["loose.bmp"], await PathsAsync(client, project.Id, "unassigned"));
        // Good images of the test are no references: what they would be compared with is kept for judging.
        await using var db = await shared.Host.DbAsync();
        Assert.Equal(["0.bmp"], Portal.Features.Runs.Plans.ReferenceImages.Good(db, project.Id).Select(image => image.FileName).ToList());
    }

    [Fact]
    public async Task Post_Split_ChangesThoseOfTheProjectAndNamesTheOthers()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var other = await PortalHost.NewProjectAsync(client, "Others");
        var ids = (await Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(1)), ("b.bmp", Upload.Picture(2)), ("c.bmp", Upload.Picture(3))))
            .Files.Select(file => file.ImageId!.Value).ToList();
        var foreign = (await Upload.SendAsync(client, other.Id, ("a.bmp", Upload.Picture(1)))).Files[0].ImageId!.Value;
        (await client.DeleteAsync($"/api/v1/images/{ids[2]}", Cancel)).EnsureSuccessStatusCode();

        using var answer = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/images/split", new SplitRequest([ids[0], ids[0], ids[2], foreign], "test"), Cancel);

        var outcome = (await answer.Content.ReadFromJsonAsync<SplitAnswer>(Cancel))!;
        Assert.Equal(1, outcome.Changed);
        Assert.Equal([ids[2], foreign], outcome.Unknown);
        Assert.Equal("test", (await client.GetFromJsonAsync<ImageAnswer>($"/api/v1/images/{ids[0]}", Cancel))!.Split);
        Assert.Equal("unassigned", (await client.GetFromJsonAsync<ImageAnswer>($"/api/v1/images/{foreign}", Cancel))!.Split);
    }

    [Fact]
    public async Task Post_NoSuchSplitOrNoImages_SaysWhatIsWrong()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        (SplitRequest, string)[] refused =
        [
            (new SplitRequest([Guid.NewGuid()], "Test"), "split"), (new SplitRequest(null, "test"), "imageIds"), (new SplitRequest([], "test"), "imageIds"),
        ];
        foreach (var (request, field) in refused)
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/images/split", request, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains($"\"{field}\"", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/projects/{project.Id}/images?split=both", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Learnable_AnySplits_NeverTestAndUnassignedOnlyWithoutTraining()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var ids = (await Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(1)), ("b.bmp", Upload.Picture(2)), ("c.bmp", Upload.Picture(3))))
            .Files.Select(file => file.ImageId!.Value).ToList();
        var splits = shared.Host.Services.GetRequiredService<ImageSplits>();
        async Task<IEnumerable<Guid>> LearnableAsync()
        {
            await using var db = await shared.Host.DbAsync();
            return [.. ImageSplits.Learnable(db, project.Id).Select(image => image.Id).ToList().Order()];
        }

        Assert.Equal(ids.Order(), await LearnableAsync());
        await splits.AssignAsync(project.Id, [ids[0]], ImageSplit.Test, Cancel);
        Assert.Equal(ids.Skip(1).Order(), await LearnableAsync());
        await splits.AssignAsync(project.Id, [ids[1]], ImageSplit.Train, Cancel);
        Assert.Equal([ids[1]], await LearnableAsync());
    }

    private static async Task<IEnumerable<string>> PathsAsync(HttpClient client, Guid projectId, string split) =>
        (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{projectId}/images?split={split}", Cancel))!.Items
            .Select(image => image.RelativePath).Order(StringComparer.Ordinal);
}
