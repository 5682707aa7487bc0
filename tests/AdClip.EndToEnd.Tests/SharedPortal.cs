using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(AdClip.EndToEnd.Tests.SharedPortal))]

namespace AdClip.EndToEnd.Tests;

/// <summary>
/// One portal for all tests that need no settings, no kill and no empty database: a start costs more than most tests.
/// Each works in a project of its own, with a name of its own, while others work beside it. It starts with the first that asks.
/// </summary>
public sealed class SharedPortal : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private HttpClient? _client;
    private int _projects;

    public PortalProcess Process { get; } = new();

    /// <summary>Signed in as the first administrator; not to be disposed.</summary>
    public HttpClient Client => _client ?? throw new InvalidOperationException("Nobody has started the shared portal.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Returns when it is there, whoever started it.</summary>
    public async Task StartAsync()
    {
        await _starting.WaitAsync(Cancel);
        try
        {
            if (_client is null)
            {
                await Process.StartAsync(Cancel);
                _client = await Process.SignInAsync(Cancel);
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The id of a new project; a number after <paramref name="name"/> makes it the only one of its name.</summary>
    public async Task<Guid> NewProjectAsync(string name)
    {
        await StartAsync();
        using var created = await Client.PostAsJsonAsync("/api/v1/projects", new { name = $"{name} {Interlocked.Increment(ref _projects)}" }, Cancel);
        return (await created.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(Cancel))!["id"]!.GetValue<Guid>();
    }

    /// <summary>Uploads files as a folder is dropped: their paths say what they are. Images go before their masks.</summary>
    public async Task UploadFolderAsync(Guid project, string root, IEnumerable<string> files)
    {
        foreach (var some in files.Chunk(20))
        {
            using var form = new MultipartFormDataContent();
            foreach (var file in some)
            {
                form.Add(new StringContent(Path.GetRelativePath(root, file)), "path");
                var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
                part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                form.Add(part, "files", Path.GetFileName(file));
            }
            using var uploaded = await Client.PostAsync($"/api/v1/projects/{project}/images", form, Cancel);
            uploaded.EnsureSuccessStatusCode();
        }
    }

    /// <summary>How a run or a training ended that is found at this address.</summary>
    public async Task<string> EndAsync(string url)
    {
        string state;
        while ((state = (await Client.GetFromJsonAsync<JsonNode>(url, Cancel))!["state"]!.GetValue<string>()) is "queued" or "running")
        {
            await Task.Delay(100, Cancel);
        }
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _starting.Dispose();
        await Process.DisposeAsync();
    }
}
