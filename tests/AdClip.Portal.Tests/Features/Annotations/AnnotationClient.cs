using System.Net.Http.Headers;
using System.Text;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Tests.Features.Images;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Annotations;

/// <summary>Reads and saves ground truth over HTTP, as the labeler does.</summary>
internal static class AnnotationClient
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A project's only image, 24 x 16 pixels unless its path says otherwise.</summary>
    public static async Task<Guid> NewImageAsync(HttpClient client, Guid projectId, int seed = 1, string path = "a.bmp", int width = 24, int height = 16)
    {
        var answer = await Upload.SendAsync(client, projectId, (path, Upload.Picture(seed, width, height)));
        return answer.Files[0].ImageId!.Value;
    }

    public static async Task<(ImageGroundTruth Image, string Tag)> GetAsync(HttpClient client, Guid imageId)
    {
        using var answer = await client.GetAsync(Url(imageId), Cancel);
        answer.EnsureSuccessStatusCode();
        return (GroundTruthJson.ReadImage(await answer.Content.ReadAsStringAsync(Cancel)), answer.Headers.ETag!.Tag);
    }

    public static async Task<HttpResponseMessage> PutAsync(HttpClient client, Guid imageId, string document, string? ifMatch, Guid? saveId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Url(imageId))
        {
            Content = new StringContent(document, Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        }
        if (saveId is not null)
        {
            request.Headers.Add("X-Save-Id", saveId.ToString());
        }
        return await client.SendAsync(request, Cancel);
    }

    public static Task<HttpResponseMessage> PutAsync(HttpClient client, Guid imageId, ImageGroundTruth document, string? ifMatch, Guid? saveId = null) =>
        PutAsync(client, imageId, GroundTruthJson.Write(document), ifMatch, saveId);

    public static BoxShape Box(string id, double x = 1, string className = "dent") =>
        new() { Id = id, ClassName = className, Box = new ImageRectangle(x, 2, 3, 4) };

    public static async Task<ImageAnswer> FactsAsync(HttpClient client, Guid imageId) =>
        (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<ImageAnswer>(client, $"/api/v1/images/{imageId}", Cancel))!;

    private static string Url(Guid imageId) => $"/api/v1/images/{imageId}/annotations";
}
