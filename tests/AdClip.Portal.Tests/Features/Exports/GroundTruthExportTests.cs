using System.Net;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.GroundTruth;
using static AdClip.Portal.Tests.Features.Annotations.AnnotationClient;

namespace AdClip.Portal.Tests.Features.Exports;

public sealed class GroundTruthExportTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private readonly PortalHost _portal = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_JsonAndCsv_HoldTheSameGroundTruthAsTheImages()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client, "도금판 \"A\"/1");
        var mask = new Mask(24, 16);
        mask.FillRow(15, 0, 24);
        List<ImageGroundTruth> expected = [];
        for (var seed = 0; seed < 4; seed++)
        {
            var imageId = await NewImageAsync(client, project.Id, seed, $"folder {seed}/이미지,{seed}.bmp");
            var (image, tag) = await GetAsync(client, imageId);
            var wanted = seed switch
            {
                0 => image,
                1 => image with { Label = ImageLabel.Good },
                _ => image with { Label = ImageLabel.Anomaly, Shapes = [Box("a"), new MaskShape { Id = "m", ClassName = "=dent", Mask = mask }] },
            };
            if (seed > 0)
            {
                (await PutAsync(client, imageId, wanted, tag)).EnsureSuccessStatusCode();
            }
            expected.Add((await GetAsync(client, imageId)).Image);
        }

        using var json = await client.GetAsync($"/api/v1/projects/{project.Id}/annotations.json", Cancel);
        using var csv = await client.GetAsync($"/api/v1/projects/{project.Id}/annotations.csv", Cancel);

        var document = GroundTruthJson.ReadProject(await json.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(project.Name, document.Project);
        Assert.Equal(expected, document.Images);
        Assert.Equal(["=dent", "dent"], document.Classes.Select(known => known.Name));
        Assert.Equal(expected, GroundTruthCsv.Read(new StringReader(await csv.Content.ReadAsStringAsync(Cancel))));
        Assert.Equal("attachment", json.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Get_UnknownProject_NotFound()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        using var answer = await client.GetAsync($"/api/v1/projects/{Guid.NewGuid()}/annotations.csv", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
