using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Images;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;
using static AdClip.Portal.Tests.Features.Annotations.AnnotationClient;

namespace AdClip.Portal.Tests.Features.Annotations;

/// <summary>Mask pictures as people make them, over HTTP.</summary>
public sealed class MaskImportTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private readonly PortalHost _portal = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ok_0_255.png", 528, 0)]
    [InlineData("values_0_1.png", 528, 0)]
    [InlineData("rgb.png", 528, 0)]
    [InlineData("empty.png", 0, 1)]
    [InlineData("inverted.png", 640 * 480 - 528, 1)]
    public async Task Post_AwkwardMask_TakenExactlyWithItsWarning(string file, int pixels, int warnings)
    {
        var folder = SharedFolder.Require("data/awkward/masks");
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await ImageAsync(client, folder);

        using var answer = await PostAsync(client, imageId, Path.Combine(folder, file));

        var imported = (await answer.Content.ReadFromJsonAsync<MaskAnswer>(Cancel))!;
        Assert.Equal((HttpStatusCode.OK, pixels, warnings), (answer.StatusCode, imported.DefectPixels, imported.Warnings.Count));
        var (image, _) = await GetAsync(client, imageId);
        Assert.Equal(ImageLabel.Anomaly, image.Label);
        Assert.Equal(pixels, image.Shapes.OfType<MaskShape>().Sum(shape => shape.Mask.Count()));
    }

    [Fact]
    public async Task Post_MaskOfAnotherSize_RefusedWithBothSizes()
    {
        var folder = SharedFolder.Require("data/awkward/masks");
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await ImageAsync(client, folder);

        using var answer = await PostAsync(client, imageId, Path.Combine(folder, "wrong_size.png"));

        var problem = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("320", problem, StringComparison.Ordinal);
        Assert.Contains("640", problem, StringComparison.Ordinal);
        Assert.Equal("\"0\"", (await GetAsync(client, imageId)).Tag);
    }

    [Fact]
    public async Task Post_SameMaskTwice_IsOneShape()
    {
        var folder = SharedFolder.Require("data/awkward/masks");
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await ImageAsync(client, folder);

        (await PostAsync(client, imageId, Path.Combine(folder, "ok_0_255.png"))).EnsureSuccessStatusCode();
        (await PostAsync(client, imageId, Path.Combine(folder, "ok_0_255.png"))).EnsureSuccessStatusCode();

        Assert.Single((await GetAsync(client, imageId)).Image.Shapes);
    }

    private static async Task<Guid> ImageAsync(HttpClient client, string folder)
    {
        var project = await PortalHost.NewProjectAsync(client);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "image.png"), Cancel);
        return (await Upload.SendAsync(client, project.Id, ("image.png", bytes))).Files[0].ImageId!.Value;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, Guid imageId, string path)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(path, Cancel)), "file", Path.GetFileName(path) } };
        return await client.PostAsync($"/api/v1/images/{imageId}/mask?defectClass=scratch", form, Cancel);
    }
}
