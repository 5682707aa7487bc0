using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell.Access;
using AdClip.Testing;

namespace AdClip.Portal.Tests.Features.Images;

/// <summary>Every file of shared/data/awkward over HTTP.</summary>
public sealed class AwkwardUploadTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    [Fact]
    public async Task Post_EveryAwkwardFile_MeetsItsExpectationAndTheServerStaysHealthy()
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = SharedFolder.Require("data/awkward");
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var wrong = new List<string>();
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), cancel));
        foreach (var file in expected.RootElement.GetProperty("files").EnumerateArray())
        {
            var name = file.GetProperty("file").GetString()!;
            if (name.StartsWith("masks/", StringComparison.Ordinal) && name != "masks/image.png")
            {
                continue;
            }
            var project = await PortalHost.NewProjectAsync(client, name[..Math.Min(60, name.Length)]);
            var leaf = Path.GetFileName(name);
            var answer = await Upload.SendAsync(client, project.Id, (leaf, await File.ReadAllBytesAsync(Path.Combine(folder, name), cancel)));
            var outcome = Assert.Single(answer.Files);
            var expect = file.GetProperty("expect").GetString();
            var accepted = outcome.Outcome == "accepted";
            if (name.StartsWith("zips/", StringComparison.Ordinal))
            {
                await CheckArchiveAsync(client, project.Id, leaf, outcome, answer, wrong);
                continue;
            }
            if ((expect == "accept" && !accepted) || (expect == "reject" && accepted))
            {
                wrong.Add($"{name}: {outcome.Outcome} {outcome.Message}");
                continue;
            }
            if (!accepted)
            {
                Assert.False(string.IsNullOrWhiteSpace(outcome.Message));
                Assert.NotNull(outcome.Code);
                Assert.Empty((await ListAsync(client, project.Id)).Items);
                continue;
            }
            await CheckServedAsync(client, project.Id, leaf, Path.Combine(folder, name), file);
        }
        Assert.Empty(wrong);
        Assert.Equal("ready", await client.GetStringAsync("/health/ready", cancel));
    }

    [Fact]
    public async Task Post_DuplicateFiles_SecondIsPointedOutWithTheSameId()
    {
        var folder = SharedFolder.Require("data/awkward");
        using var client = await shared.Host.ClientAsync(Roles.Annotator);
        using var lead = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(lead);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "duplicate_1.jpg"), TestContext.Current.CancellationToken);

        var answer = await Upload.SendAsync(client, project.Id, ("duplicate_1.jpg", bytes), ("duplicate_2.jpg", bytes));

        Assert.Equal(["accepted", "duplicate"], answer.Files.Select(file => file.Outcome));
        Assert.Equal(answer.Files[0].ImageId, answer.Files[1].ImageId);
        Assert.Single((await ListAsync(client, project.Id)).Items);
    }

    private static async Task CheckArchiveAsync(HttpClient client, Guid projectId, string name, FileAnswer outcome, UploadAnswer answer, List<string> wrong)
    {
        switch (name)
        {
            case "normal_mvtec_layout.zip":
                Assert.Equal(15, answer.Accepted);
                Assert.Equal(12, (await ListAsync(client, projectId)).Items.Count);
                Assert.Equal(3, outcome.Entries!.Count(entry => entry is { Kind: "mask", ImageId: not null } || entry.Kind == "mask"));
                break;
            case "zip_slip.zip":
                Assert.Equal((1, 7), (answer.Accepted, answer.Refused));
                Assert.All(outcome.Entries!.Where(entry => entry.Outcome == "refused"), entry => Assert.Equal("UnsafePath", entry.Code));
                break;
            case "symlink.zip":
                Assert.Contains(outcome.Entries!, entry => entry is { Outcome: "refused", Code: "ArchiveLink" });
                break;
            case "tricky_names.zip":
                Assert.Equal(21, outcome.Entries!.Count);
                Assert.All(outcome.Entries!, entry => Assert.True(
                    entry.Outcome != "refused" || entry.Path.EndsWith(".txt", StringComparison.Ordinal), $"{entry.Path}: {entry.Message}"));
                Assert.All(outcome.Entries!, entry => Assert.DoesNotContain(entry.Path, char.IsControl));
                break;
            case "nested.zip":
                Assert.Contains(outcome.Entries!, entry => entry is { Code: "NestedArchive" });
                Assert.Equal(1, answer.Accepted);
                break;
            default:
                if (outcome.Outcome != "refused" || string.IsNullOrEmpty(outcome.Message) || answer.Accepted != 0)
                {
                    wrong.Add($"{name}: {outcome.Outcome} {outcome.Message}");
                }
                break;
        }
    }

    private static async Task CheckServedAsync(HttpClient client, Guid projectId, string name, string source, JsonElement file)
    {
        var cancel = TestContext.Current.CancellationToken;
        var image = Assert.Single((await ListAsync(client, projectId)).Items);
        Assert.Equal(name, image.FileName);
        if (file.TryGetProperty("size", out var size))
        {
            Assert.Equal((size[0].GetInt32(), size[1].GetInt32()), (image.Width, image.Height));
        }

        var original = await client.GetAsync($"/api/v1/images/{image.Id}/original?download=true", cancel);
        Assert.Equal(await File.ReadAllBytesAsync(source, cancel), await original.Content.ReadAsByteArrayAsync(cancel));
        Assert.Equal(name, original.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal("attachment", original.Content.Headers.ContentDisposition.DispositionType);
        Assert.Equal("nosniff", Assert.Single(original.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains(
            original.Content.Headers.ContentType!.MediaType, new[] { "image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp" });

        var thumbnail = await client.GetAsync($"/api/v1/images/{image.Id}/thumbnail", cancel);
        Assert.Equal((HttpStatusCode.OK, "image/webp"), (thumbnail.StatusCode, thumbnail.Content.Headers.ContentType!.MediaType));
        if ((long)image.Width * image.Height < 10_000_000)
        {
            var display = await client.GetAsync($"/api/v1/images/{image.Id}/display", cancel);
            Assert.Equal(HttpStatusCode.OK, display.StatusCode);
            Assert.Contains(display.Content.Headers.ContentType!.MediaType, new[] { "image/jpeg", "image/png", "image/webp" });
        }
    }

    private static async Task<ImagePage> ListAsync(HttpClient client, Guid projectId) =>
        (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{projectId}/images", TestContext.Current.CancellationToken))!;
}
