using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>Downloads files of a repository from a hub that speaks Hugging Face's protocol.</summary>
/// <remarks>
/// A file's address answers with the commit (X-Repo-Commit) and, for large files, the SHA-256 of the bytes
/// (X-Linked-ETag) before it leads elsewhere. Source: huggingface.co/docs/hub.
/// </remarks>
public sealed class ModelHub(HttpClient http, IOptions<ModelsOptions> options)
{
    private const int MostRedirects = 5;

    /// <summary>One file of a repository at one commit; null: the repository has no such file.</summary>
    /// <exception cref="RefusedInputException">The hub cannot be reached or does not answer as expected.</exception>
    public async Task<HubFile?> FindAsync(string repository, string revision, string fileName, CancellationToken cancel)
    {
        var address = new Uri($"{options.Value.HubUrl}/{repository}/resolve/{revision}/{fileName}");
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using var answer = await SendAsync(request, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        if (!answer.IsSuccessStatusCode && !IsRedirect(answer.StatusCode))
        {
            throw Refused(address, answer.StatusCode);
        }
        var linkedSize = Header(answer, "X-Linked-Size");
        var etag = Header(answer, "X-Linked-ETag")?.Trim('"');
        return new HubFile(
            fileName,
            address,
            Header(answer, "X-Repo-Commit") ?? revision,
            linkedSize is null ? answer.Content.Headers.ContentLength : long.Parse(linkedSize, System.Globalization.CultureInfo.InvariantCulture),
            etag is { Length: 64 } ? etag.ToLowerInvariant() : null);
    }

    /// <summary>Fetches a file into <paramref name="target"/>, going on where an earlier attempt stopped; checks its SHA-256 where the hub names one.</summary>
    /// <param name="progress">Called with the bytes that are there, from time to time.</param>
    /// <exception cref="RefusedInputException">The hub cannot be reached, or what came is not what it promised.</exception>
    public async Task FetchAsync(HubFile file, string target, Action<long> progress, CancellationToken cancel)
    {
        var partial = target + ".part";
        if (!File.Exists(target))
        {
            await FetchRestAsync(file, partial, progress, cancel);
            await CheckAsync(file, partial, cancel);
            File.Move(partial, target);
            DirectoryFlush.ToDisk(Path.GetDirectoryName(target)!);
        }
        progress(new FileInfo(target).Length);
    }

    private async Task FetchRestAsync(HubFile file, string partial, Action<long> progress, CancellationToken cancel)
    {
        await using var stream = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        var have = stream.Length;
        if (have > 0 && have == file.Bytes)
        {
            return;
        }
        using var answer = await GetAsync(file.Address, have, cancel);
        if (answer.StatusCode != HttpStatusCode.PartialContent)
        {
            have = 0; // the server gives the whole file or nothing
        }
        stream.SetLength(have);
        stream.Position = have;
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        await BoundedCopy.ReceiveAsync(
            (buffer, token) => ReadAsync(file.Address, body, buffer, token),
            async (bytes, token) =>
            {
                await stream.WriteAsync(bytes, token);
                progress(stream.Position);
            },
            have, options.Value.MaxFileBytes, cancel);
        stream.Flush(flushToDisk: true);
    }

    private static async Task CheckAsync(HubFile file, string partial, CancellationToken cancel)
    {
        string seen;
        await using (var stream = File.OpenRead(partial))
        {
            if (file.Bytes is { } bytes && stream.Length != bytes)
            {
                // What is there is kept: the next attempt goes on from it.
                throw new RefusedInputException(
                    RefusalCode.DownloadIncomplete,
                    $"{file.Name} ended after {stream.Length} of {bytes} bytes; try again, it goes on from there.",
                    file.Name, stream.Length, bytes);
            }
            seen = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
        }
        if (file.Sha256 is { } wanted && wanted != seen)
        {
            File.Delete(partial);
            throw new RefusedInputException(
                RefusalCode.ChecksumWrong,
                $"{file.Name} was altered on its way: its SHA-256 is {seen}, {wanted} was promised. Try again.", file.Name, seen, wanted);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri address, long from, CancellationToken cancel)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }
            var answer = await SendAsync(request, cancel);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }
            using (answer)
            {
                if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } location)
                {
                    throw Refused(address, answer.StatusCode);
                }
                var next = new Uri(address, location);
                if (next.Scheme != Uri.UriSchemeHttps && next.Scheme != address.Scheme)
                {
                    throw Unreachable(address, $"it leads to {next.Scheme}");
                }
                address = next;
            }
        }
        throw Unreachable(address, $"more than {MostRedirects} redirects");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException failed)
        {
            throw Unreachable(request.RequestUri!, failed.Message);
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Unreachable(request.RequestUri!, "no answer in time");
        }
    }

    private static async ValueTask<int> ReadAsync(Uri address, Stream body, Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAsync(buffer, cancel);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw Unreachable(address, broken.Message);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static RefusedInputException Refused(Uri address, HttpStatusCode status) =>
        new(
            RefusalCode.HubRefused,
            $"{address.Host} answered {(int)status} for {address.AbsolutePath}; check that the repository is public.",
            address.Host, (int)status, address.AbsolutePath);

    private static RefusedInputException Unreachable(Uri address, string reason) =>
        new(
            RefusalCode.HubUnreachable,
            $"{address.Host} cannot be reached ({reason}). Without internet, download the files elsewhere and upload them here.",
            address.Host, reason);
}

/// <summary>A file of a repository.</summary>
/// <param name="Commit">The revision that was found; ask for the other files of this one.</param>
/// <param name="Bytes">Null: the hub does not say.</param>
/// <param name="Sha256">Null: the hub does not say.</param>
public sealed record HubFile(string Name, Uri Address, string Commit, long? Bytes, string? Sha256);
