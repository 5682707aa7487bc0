using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Models;

/// <summary>Whoever adds weights that are there, or deletes a model that is needed, is told so first.</summary>
public sealed class ModelUsesTests : IAsyncDisposable
{
    private const string Copy = "a-copy";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Embedded = Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini");
    private readonly PortalHost _portal = new();

    [Fact]
    public async Task Commit_SameWeights_IsSaidAndCanBeDoneAllTheSame()
    {
        using var client = await _portal.ClientAsync(Roles.Admin);
        var uploadId = await UploadAsync(client);
        using var asked = await CommitAsync(client, uploadId, allowSame: false);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, asked.StatusCode);
        var said = await asked.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        var embedded = (await client.GetFromJsonAsync<List<ModelAnswer>>("/api/v1/models", Cancel))!.Single(model => model.Id == "adclip-mini");
        Assert.Equal("ModelAlreadyThere", said.GetProperty("code").GetString());
        Assert.Contains(embedded.Name, said.GetProperty("title").GetString(), StringComparison.Ordinal);

        // The files stay for the second answer.
        using var added = await CommitAsync(client, uploadId, allowSame: true);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal([embedded.Name], (await added.Content.ReadFromJsonAsync<ModelAnswer>(Cancel))!.SameWeightsAs);
    }

    [Fact]
    public async Task DropUpload_SameWeights_NothingIsLeft()
    {
        using var client = await _portal.ClientAsync(Roles.Admin);
        var uploadId = await UploadAsync(client);
        using var asked = await CommitAsync(client, uploadId, allowSame: false);
        _portal.Services.GetRequiredService<ModelsState>().DropUpload(uploadId);
        Assert.Empty(Directory.EnumerateDirectories(_portal.Services.GetRequiredService<ModelFolders>().Staging));
    }

    [Fact]
    public async Task Delete_ModelThatIsNeeded_SaysByWhatAndAsksFirst()
    {
        using var client = await _portal.ClientAsync(Roles.Admin);
        var model = await AddCopyAsync(client);
        var project = await PortalHost.NewProjectAsync(client, "Tiles of lot 7");
        await _portal.Services.GetRequiredService<ModelCatalog>().SetDefaultAsync(project.Id, Copy, Cancel);
        await using (var db = await _portal.DbAsync())
        {
            var (now, admin) = (TimeProvider.System.GetUtcNow(), await _portal.AdminIdAsync());
            db.Add(new StoredCheckpoint
            {
                ProjectId = project.Id,
                TrainingId = null,
                Epoch = null,
                Name = "texts.pth",
                ModelId = Copy,
                Blob = new string('0', 64),
                Report = null,
                CreatedAt = now,
                CreatedBy = admin,
            });
            await db.SaveChangesAsync(Cancel);
        }
        var state = _portal.Services.GetRequiredService<ModelsState>();
        var uses = await state.UsesOfAsync(model, Cancel);
        Assert.Equal(2, uses.Count(use => use.Need == ModelNeed.Needed));
        Assert.Contains(uses, use => use.Sentence.Contains("Tiles of lot 7", StringComparison.Ordinal));

        using var refused = await client.DeleteAsync($"/api/v1/models/{Copy}", Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var said = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("ModelNeeded", said.GetProperty("code").GetString());
        Assert.Contains("Tiles of lot 7", said.GetProperty("title").GetString(), StringComparison.Ordinal);

        using var agreed = await client.DeleteAsync($"/api/v1/models/{Copy}?anyway=true", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, agreed.StatusCode);
    }

    [Fact]
    public async Task Delete_RunsOfTheModel_AreToldAndUnfinishedOnesPreventIt()
    {
        using var client = await _portal.ClientAsync(Roles.Admin);
        var model = await AddCopyAsync(client);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        using var watch = new JobWatch(_portal);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Model = Copy }, Cancel);
        Assert.Equal(JobState.Succeeded, (await watch.UntilAsync(job => job.State.IsOver())).State);
        var state = _portal.Services.GetRequiredService<ModelsState>();
        Assert.Equal(ModelNeed.Told, Assert.Single(await state.UsesOfAsync(model, Cancel)).Need);

        await using (var db = await _portal.DbAsync())
        {
            var job = db.Set<JobRecord>().Single();
            job.State = JobState.Queued;
            await db.SaveChangesAsync(Cancel);
        }
        using var refused = await client.DeleteAsync($"/api/v1/models/{Copy}?anyway=true", Cancel);
        Assert.Contains("ModelAtWork", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_EveryTableThatKeepsAModel_TellsOfIt()
    {
        // By kind: whoever adds a table with a model's id has to say what a deletion does to it.
        await using var db = await _portal.DbAsync();
        var tables = db.Model.GetEntityTypes()
            .Where(type => type.ClrType != typeof(ModelRecord) && type.GetProperties().Any(property => property.Name == "ModelId"))
            .Select(type => type.ClrType.Name);
        // Stages hold the tokens of trainings and detectors, measurements the speed: nothing of them works by itself.
        string[] told = ["ProjectModel", "PrecisionCheck", nameof(DetectorVersion), nameof(StoredCheckpoint), "Run"];
        string[] harmless = ["ModelMeasurement", "StageExperiment", "StageCell"];
        Assert.Empty(tables.Except([.. told, .. harmless]));
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    private async Task<ModelRecord> AddCopyAsync(HttpClient client)
    {
        using var added = await CommitAsync(client, await UploadAsync(client), allowSame: true);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        return await _portal.Services.GetRequiredService<ModelCatalog>().GetAsync(Copy, Cancel);
    }

    private static async Task<Guid> UploadAsync(HttpClient client)
    {
        var uploadId = Guid.NewGuid();
        foreach (var name in new[] { "model.safetensors", "config.json", "vocab.json", "merges.txt" })
        {
            using var content = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Embedded, name), Cancel));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var answer = await client.PutAsync($"/api/v1/models/uploads/{uploadId}/files/{name}", content, Cancel);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        return uploadId;
    }

    private static Task<HttpResponseMessage> CommitAsync(HttpClient client, Guid uploadId, bool allowSame) =>
        client.PostAsJsonAsync($"/api/v1/models/uploads/{uploadId}/commit", new NewModel("A copy", allowSame), Cancel);
}
