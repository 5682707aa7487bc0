using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using AdClip.Portal.Features.Images;

namespace AdClip.Portal.Tests.Features.Images;

/// <summary>Uploads over HTTP, as a program and as a browser do it.</summary>
internal static class Upload
{
    /// <summary>Sends files in one request, each with its path in a field before it.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, Guid projectId, params (string Path, byte[] Bytes)[] files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (path, bytes) in files)
        {
            form.Add(new StringContent(path, Encoding.UTF8), "path");
            var content = new ByteArrayContent(bytes);
            // What a browser guesses from the name must not matter.
            content.Headers.ContentType = new MediaTypeHeaderValue("image/svg+xml");
            form.Add(content, "files", "file");
        }
        return await client.PostAsync($"/api/v1/projects/{projectId}/images", form, TestContext.Current.CancellationToken);
    }

    public static async Task<UploadAnswer> SendAsync(HttpClient client, Guid projectId, params (string Path, byte[] Bytes)[] files)
    {
        var answer = await PostAsync(client, projectId, files);
        Assert.Contains((int)answer.StatusCode, new[] { 200, 422 });
        return (await answer.Content.ReadFromJsonAsync<UploadAnswer>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A small valid BMP whose pixels depend on the seed, so that each seed is another file.</summary>
    public static byte[] Picture(int seed, int width = 24, int height = 16)
    {
        var stride = (width * 3 + 3) / 4 * 4;
        var bytes = new byte[54 + stride * height];
        bytes[0] = (byte)'B';
        bytes[1] = (byte)'M';
        BitConverter.TryWriteBytes(bytes.AsSpan(2), bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(10), 54);
        BitConverter.TryWriteBytes(bytes.AsSpan(14), 40);
        BitConverter.TryWriteBytes(bytes.AsSpan(18), width);
        BitConverter.TryWriteBytes(bytes.AsSpan(22), height);
        bytes[26] = 1;
        bytes[28] = 24;
        new Random(seed).NextBytes(bytes.AsSpan(54));
        return bytes;
    }
}
