using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AdClip.Portal.Tests.Features.Models;

/// <summary>A hub on loopback that answers as Hugging Face does: facts on the first address, bytes behind a redirect, ranges.</summary>
public sealed class LocalHub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _files;
    private readonly List<string> _ranges = [];

    private LocalHub(WebApplication app, Dictionary<string, byte[]> files) => (_app, _files) = (app, files);

    public string Url { get; private set; } = "";

    /// <summary>The Range headers of requests for the weights, in order; "" for none.</summary>
    public IReadOnlyList<string> Ranges => _ranges;

    /// <summary>The next request for the weights ends after this many bytes, as a broken connection does.</summary>
    public long? CutAfter { get; set; }

    /// <summary>Runs between the last byte sent and the break. A reset drops what the other side's kernel has received but nobody has read.</summary>
    public Func<Task> BeforeCut { get; set; } = () => Task.CompletedTask;

    /// <summary>The promised SHA-256 is of other bytes.</summary>
    public bool PromisesOtherBytes { get; set; }

    public static async Task<LocalHub> StartAsync(Dictionary<string, byte[]> files)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var hub = new LocalHub(builder.Build(), files);
        hub._app.MapMethods("/openai/{repository}/resolve/{revision}/{file}", ["HEAD", "GET"], hub.Resolve);
        hub._app.MapGet("/bytes/{file}", hub.SendAsync);
        await hub._app.StartAsync();
        hub.Url = hub._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return hub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Resolve(HttpContext http, string file)
    {
        if (!_files.TryGetValue(file, out var bytes))
        {
            return Results.NotFound();
        }
        http.Response.Headers["X-Repo-Commit"] = "0123456789abcdef0123456789abcdef01234567";
        http.Response.Headers["X-Linked-Size"] = bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers["X-Linked-ETag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(PromisesOtherBytes ? [1] : bytes))}\"";
        return Results.Redirect($"/bytes/{file}");
    }

    private async Task SendAsync(HttpContext http, string file)
    {
        var bytes = _files[file];
        var isWeights = file == "model.safetensors";
        var from = 0L;
        if (http.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } start)
        {
            from = start;
            http.Response.StatusCode = (int)HttpStatusCode.PartialContent;
            http.Response.Headers.ContentRange = $"bytes {start}-{bytes.Length - 1}/{bytes.Length}";
        }
        if (isWeights)
        {
            _ranges.Add(http.Request.Headers.Range.ToString());
        }
        http.Response.ContentLength = bytes.Length - from;
        if (isWeights && CutAfter is { } cut)
        {
            CutAfter = null;
            await http.Response.Body.WriteAsync(bytes.AsMemory((int)from, (int)cut));
            await http.Response.Body.FlushAsync();
            await BeforeCut();
            http.Abort();
            return;
        }
        await http.Response.Body.WriteAsync(bytes.AsMemory((int)from));
    }
}
