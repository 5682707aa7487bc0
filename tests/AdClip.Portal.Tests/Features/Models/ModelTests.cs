using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Models.Adding;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Models;

public sealed class ModelTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private const string Repository = "openai/clip-vit-base-patch32";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Embedded = Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini");

    [Fact]
    public async Task List_FreshPortal_HasTheEmbeddedModels()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.Annotator);
        var models = (await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!;
        Assert.Equal(
            [
                ("adclip-mini", "clip", true, true, 224, 16, 8, "Apache-2.0"),
                ("resnet18-imagenet", "resnet18", false, true, 320, 16, 1, "MIT"),
            ],
            models.Where(model => model.IsEmbedded).Select(model =>
                (model.Id, model.Kind, model.HasWords, model.IsEmbedded, model.RecommendedImageSize, model.PatchSize, model.VisionLayers, model.Licence)));
    }

    [Fact]
    public async Task Upload_WholeModel_CanBeUsedRenamedAndDeleted()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.Admin);
        var uploadId = Guid.NewGuid();
        foreach (var name in new[] { "model.safetensors", "config.json", "vocab.json", "merges.txt" })
        {
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await PutAsync(client, uploadId, name, await File.ReadAllBytesAsync(Path.Combine(Embedded, name), Cancel))).StatusCode);
        }
        using var committed = await client.PostAsJsonAsync($"/api/v1/models/uploads/{uploadId}/commit", new NewModel("My  Model ✓"), Cancel);
        Assert.Equal(HttpStatusCode.Created, committed.StatusCode);
        var model = (await committed.Content.ReadFromJsonAsync<ModelAnswer>(Cancel))!;
        Assert.Equal(("my-model", "My  Model ✓", false), (model.Id, model.Name, model.IsEmbedded));

        var project = await PortalHost.NewProjectAsync(client);
        await Runs.SamplePlates.UploadAsync(client, project.Id, Runs.SamplePlates.Defective(1));
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Model = "my-model" }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        Assert.Equal(JobState.Succeeded, (await watch.UntilAsync(job => job.Id == run.JobId && job.State.IsOver())).State);

        var state = host.Services.GetRequiredService<ModelsState>();
        await state.LoadAsync(await host.AdminAsync());
        var record = state.Models!.Single(candidate => candidate.Id == "my-model");
        Assert.True(record.MillisecondsPerImage > 0);
        await state.RenameAsync(record, "Another name");
        Assert.Contains(state.Models!, candidate => candidate.Name == "Another name");
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v1/models/my-model", Cancel)).StatusCode);
        Assert.All((await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!, left => Assert.True(left.IsEmbedded));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.DeleteAsync("/api/v1/models/adclip-mini", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Load_NoConfigBesideTheWeights_ToldOfThatModelOnly()
    {
        await using var host = new PortalHost();
        var folder = Directory.CreateDirectory(Path.Combine(host.Services.GetRequiredService<AdClip.Portal.Storage.DataFolder>().Models, "bare")).FullName;
        foreach (var name in new[] { "model.safetensors", "vocab.json", "merges.txt" })
        {
            File.Copy(Path.Combine(Embedded, name), Path.Combine(folder, name));
        }
        var state = host.Services.GetRequiredService<ModelsState>();

        await state.LoadAsync(await host.AdminAsync());

        Assert.Equal(
            [("adclip-mini", false), ("resnet18-imagenet", false), ("bare", true)],
            state.Models!.Select(model => (model.Id, state.IsConfigAssumed(model))));
        File.Copy(Path.Combine(Embedded, "config.json"), Path.Combine(folder, "config.json"));
        await state.LoadAsync(await host.AdminAsync());
        Assert.DoesNotContain(state.Models!, state.IsConfigAssumed);
    }

    [Fact]
    public async Task Upload_WrongFiles_AreRefusedWithOneSentence()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.Admin);
        var uploadId = Guid.NewGuid();
        foreach (var name in new[] { "virus.exe", "..%2Fmodel.safetensors", "..%5Cmodel.safetensors", "C%3Amodel.safetensors", ".hidden.pt" })
        {
            using var refused = await PutAsync(client, uploadId, name, [1]);
            Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound });
        }
        await PutAsync(client, uploadId, "model.safetensors", [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using var committed = await client.PostAsJsonAsync($"/api/v1/models/uploads/{uploadId}/commit", new NewModel("broken"), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, committed.StatusCode);
        Assert.Contains("\"title\"", await committed.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.All((await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!, left => Assert.True(left.IsEmbedded));

        using var annotator = await host.ClientAsync(Roles.QaLead);
        Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync(annotator, uploadId, "model.safetensors", [1])).StatusCode);
    }

    [Fact]
    public async Task Import_HubBreaksOff_TheNextAttemptGoesOnWhereItStopped()
    {
        await using var hub = await LocalHub.StartAsync(EmbeddedFiles());
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:HubUrl"] = hub.Url });
        var data = host.Services.GetRequiredService<AdClip.Portal.Storage.DataFolder>().Root;
        hub.CutAfter = 3_000_000;
        hub.BeforeCut = () => UntilAsync(() => PartialFile(data) is { Length: >= 1_000_000 });

        var job = await ImportAsync(host, new ImportRequest(ModelSource.Hub, Repository, ""));
        Assert.Equal((JobState.Refused, true), (job.State, job.MessageCode is "HubUnreachable" or "DownloadIncomplete"));
        // What the break took with it is not known; what is on the disk is, and it is a true beginning of the file.
        var kept = await File.ReadAllBytesAsync(PartialFile(data)!.FullName, Cancel);
        Assert.InRange(kept.Length, 1_000_000, 3_000_000);
        Assert.True(EmbeddedFiles()["model.safetensors"].AsSpan().StartsWith(kept));
        Assert.True(await host.Services.GetRequiredService<JobBoard>().RetryAsync(job.Id));
        job = await UntilOverAsync(host, job.Id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(["", $"bytes={kept.Length}-"], hub.Ranges);
        Assert.Equal(await Sha256Async(Embedded), (await host.Services.GetRequiredService<ModelCatalog>().GetAsync("clip-vit-base-patch32", Cancel)).Sha256);
    }

    [Fact]
    public async Task Import_OtherBytesThanPromised_AreRefused()
    {
        await using var hub = await LocalHub.StartAsync(EmbeddedFiles());
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:HubUrl"] = hub.Url });
        hub.PromisesOtherBytes = true;

        var job = await ImportAsync(host, new ImportRequest(ModelSource.Hub, Repository, ""));

        Assert.Equal((JobState.Refused, "ChecksumWrong"), (job.State, job.MessageCode));
        Assert.All(await host.Services.GetRequiredService<ModelCatalog>().ListAsync(Cancel), left => Assert.True(left.IsEmbedded));
    }

    [Fact]
    public async Task Import_HubIsAway_SaysSo()
    {
        await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:HubUrl"] = "http://127.0.0.1:1" });

        var job = await ImportAsync(host, new ImportRequest(ModelSource.Hub, Repository, ""));

        Assert.Equal((JobState.Refused, "HubUnreachable"), (job.State, job.MessageCode));
    }

    [Fact]
    public async Task Import_FromTheServer_OnlyWithinAllowedFolders()
    {
        var allowed = Directory.CreateTempSubdirectory("adclip-allowed-").FullName;
        try
        {
            await using var host = new PortalHost(settings: new Dictionary<string, string> { ["Models:AllowedFolders:0"] = allowed });
            var model = Directory.CreateDirectory(Path.Combine(allowed, "plates")).FullName;
            foreach (var (name, bytes) in EmbeddedFiles())
            {
                await File.WriteAllBytesAsync(Path.Combine(model, name), bytes, Cancel);
            }
            File.CreateSymbolicLink(Path.Combine(allowed, "way-out"), Path.GetDirectoryName(Embedded)!);

            var state = host.Services.GetRequiredService<ModelsState>();
            foreach (var path in new[]
            {
                "/etc/passwd", Path.Combine(allowed, "..", "elsewhere"), Path.Combine(allowed, "way-out", "adclip-mini"), allowed + "-sibling",
            })
            {
                var refused = await Assert.ThrowsAsync<AdClip.Vision.RefusedInputException>(() => state.ImportAsync(ModelSource.Path, path, "x", Guid.Empty));
                Assert.Equal(AdClip.Vision.RefusalCode.ModelFolderNotAllowed, refused.Code);
            }
            var job = await ImportAsync(host, new ImportRequest(ModelSource.Path, model, ""));
            Assert.Equal(JobState.Succeeded, job.State);
            Assert.Contains(await host.Services.GetRequiredService<ModelCatalog>().ListAsync(Cancel), candidate => candidate.Id == "plates");
        }
        finally
        {
            Directory.Delete(allowed, recursive: true);
        }
    }

    [Fact]
    public async Task List_FolderCopiedInByHand_IsFound()
    {
        await using var host = new PortalHost();
        var folder = Directory.CreateDirectory(Path.Combine(host.Services.GetRequiredService<AdClip.Portal.Storage.DataFolder>().Models, "by-hand")).FullName;
        foreach (var (name, bytes) in EmbeddedFiles())
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes, Cancel);
        }
        Assert.Contains(await host.Services.GetRequiredService<ModelCatalog>().ListAsync(Cancel), model => model.Id == "by-hand");
    }

    [Theory]
    [InlineData("ViT-L/14@336px", "vit-l-14-336px")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("  ", "model-e3b0c442")]
    public void IdFor_AnyName_IsAPlainFolderName(string name, string id)
    {
        Assert.Equal(id, ModelFolders.IdFor(name));
        Assert.True(ModelFolders.IsId(id));
        Assert.NotEqual(ModelFolders.IdFor("강판"), ModelFolders.IdFor("타일"));
    }

    /// <summary>The weights as far as they have come; null before the first byte.</summary>
    private static FileInfo? PartialFile(string data) =>
        new DirectoryInfo(data).EnumerateFiles("model.safetensors.part", SearchOption.AllDirectories).SingleOrDefault();

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var attempt = 0; attempt < 600 && !condition(); attempt++)
        {
            await Task.Delay(50, Cancel);
        }
    }

    private static Dictionary<string, byte[]> EmbeddedFiles() => new[] { "model.safetensors", "config.json", "vocab.json", "merges.txt" }
        .ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(Embedded, name)));

    private static async Task<string> Sha256Async(string folder)
    {
        await using var stream = File.OpenRead(Path.Combine(folder, "model.safetensors"));
        return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream, Cancel));
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, Guid uploadId, string name, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return client.PutAsync($"/api/v1/models/uploads/{uploadId}/files/{name}", content, Cancel);
    }

    private static async Task<JobRecord> ImportAsync(PortalHost host, ImportRequest request)
    {
        var job = await host.Services.GetRequiredService<ModelsState>().ImportAsync(request.Source, request.Location, request.Name, await host.AdminIdAsync());
        return await UntilOverAsync(host, job.Id);
    }

    private static async Task<JobRecord> UntilOverAsync(PortalHost host, Guid jobId)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            await using var db = await host.DbAsync();
            if (await db.FindAsync<JobRecord>([jobId], Cancel) is { } job && job.State.IsOver())
            {
                return job;
            }
            await Task.Delay(50, Cancel);
        }
        throw new TimeoutException("The import did not end.");
    }
}
