using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Images;
using AdClip.Portal.Tests.Features.Inspectors;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests;

/// <summary>Every endpoint that the portal describes and every page, asked by people who may not.</summary>
public sealed partial class EndpointAccessTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private readonly PortalHost _portal = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Api_Anonymous_Answers401Everywhere()
    {
        using var client = _portal.CreateClient();
        foreach (var operation in await OperationsAsync(client))
        {
            using var answer = await SendAsync(client, operation, new Dictionary<string, string>());
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{operation.Verb} {operation.Path} answered {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Api_Supervisor_ChangesNothing()
    {
        using var client = await _portal.ClientAsync(Roles.Supervisor);
        var changing = (await OperationsAsync(client)).Where(operation => operation.Verb != HttpMethod.Get).ToList();
        Assert.NotEmpty(changing);
        foreach (var operation in changing)
        {
            using var answer = await SendAsync(client, operation, new Dictionary<string, string>());
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{operation.Verb} {operation.Path} answered {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Api_ClosedProject_IsNotFoundByOthersAndServesItsMembers()
    {
        using var member = await _portal.ClientAsync(Roles.QaLead);
        using var outsider = await _portal.ClientAsync(Roles.QaLead);
        var ids = await ClosedProjectAsync(member);
        var operations = (await OperationsAsync(outsider))
            .Where(operation => ids.Keys.Any(name => operation.Path.Contains($"{{{name}}}", StringComparison.Ordinal)))
            .ToList();
        Assert.True(operations.Count > 25);
        foreach (var operation in operations)
        {
            using var answer = await SendAsync(outsider, operation, ids);
            Assert.True(
                answer.StatusCode == HttpStatusCode.NotFound,
                $"{operation.Verb} {operation.Path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancel)}");
            // Without this, a wrong address would pass the test too.
            if (operation.Verb == HttpMethod.Get)
            {
                using var served = await SendAsync(member, operation, ids);
                Assert.True(served.StatusCode == HttpStatusCode.OK, $"{operation.Verb} {operation.Path} answered its member {(int)served.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Pages_Anonymous_LeadToSignIn()
    {
        using var client = _portal.CreateClient(new() { AllowAutoRedirect = false });
        var pages = _portal.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
            .Except([PortalUrls.SignInRoute, "/not-found"])
            .Where(route => !route.Contains('*', StringComparison.Ordinal))
            .ToList();
        Assert.True(pages.Count > 10);
        foreach (var page in pages)
        {
            using var answer = await client.GetAsync(Parameter().Replace(page, Guid.NewGuid().ToString()), Cancel);
            Assert.True(
                answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().Contains("/sign-in", StringComparison.Ordinal),
                $"{page} answered {(int)answer.StatusCode}");
        }
    }

    private static async Task<List<Operation>> OperationsAsync(HttpClient client)
    {
        var description = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        return
        [
            .. from path in description.GetProperty("paths").EnumerateObject()
               where path.Name.StartsWith("/api/v1/", StringComparison.Ordinal)
               from verb in path.Value.EnumerateObject()
               select new Operation(HttpMethod.Parse(verb.Name.ToUpperInvariant()), path.Name, ContentTypeOf(verb.Value)),
        ];
    }

    private static string? ContentTypeOf(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First().Name : null;

    /// <summary>A request that is well-formed, so that only the caller's rights can be what is wrong.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Operation operation, IReadOnlyDictionary<string, string> ids)
    {
        var path = Parameter().Replace(operation.Path, part => part.Groups[1].Value switch
        {
            "name" => "dent",
            "fileName" => "model.safetensors",
            "modelId" => "adclip-mini",
            "revision" => "1",
            var id => ids.GetValueOrDefault(id) ?? Guid.NewGuid().ToString(),
        });
        using var request = new HttpRequestMessage(operation.Verb, path);
        if (operation.Verb != HttpMethod.Get)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse("\"0\""));
        }
        if (operation.ContentType is { } type)
        {
            request.Content = type switch
            {
                "multipart/form-data" => new MultipartFormDataContent { { new ByteArrayContent(Upload.Picture(1)), "file", "a.bmp" } },
                "application/json" => new StringContent(Body(operation.Path, ids), null, type),
                _ => new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
            };
        }
        return await client.SendAsync(request, Cancel);
    }

    private static string Body(string path, IReadOnlyDictionary<string, string> ids) => path[(path.LastIndexOf('/') + 1)..] switch
    {
        "labels" => $$"""{"imageIds":["{{ids.GetValueOrDefault("imageId") ?? Guid.NewGuid().ToString()}}"],"label":"good"}""",
        "split" => $$"""{"imageIds":["{{ids.GetValueOrDefault("imageId") ?? Guid.NewGuid().ToString()}}"],"split":"test"}""",
        "{name}" => """{"color":"#ff0000"}""",
        "restore" => """{"revision":1}""",
        "imports" => """{"source":"hub","location":"a/b","name":"a"}""",
        "projects" or "commit" => """{"name":"a"}""",
        _ => "{}",
    };

    /// <summary>A project with an image, ground truth, a run and a result, that only its members may see.</summary>
    private async Task<Dictionary<string, string>> ClosedProjectAsync(HttpClient member)
    {
        var project = await PortalHost.NewProjectAsync(member);
        var imageId = (await SamplePlates.UploadAsync(member, project.Id, SamplePlates.Defective(1)))[0];
        (await member.PostAsJsonAsync($"/api/v1/projects/{project.Id}/labels", new { imageIds = new[] { imageId }, label = "anomaly" }, Cancel))
            .EnsureSuccessStatusCode();
        using var area = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{project.Id}/inspection-area")
        {
            Content = new StringContent(InspectionRegionsJson.Write(InspectionRegions.Everything), null, "application/json"),
        };
        area.Headers.IfMatch.Add(EntityTagHeaderValue.Parse("\"0\""));
        (await member.SendAsync(area, Cancel)).EnsureSuccessStatusCode();
        using var watch = new JobWatch(_portal);
        using var started = await member.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State.IsOver());
        var results = (await member.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!;
        Guid owner;
        await using (var db = await _portal.DbAsync())
        {
            owner = (await db.FindAsync<Project>([project.Id], Cancel))!.CreatedBy;
        }
        await _portal.Services.GetRequiredService<ProjectMembersState>().SetOpenAsync(project.Id, isOpen: false, owner);
        return new Dictionary<string, string>
        {
            ["projectId"] = project.Id.ToString(),
            ["imageId"] = imageId.ToString(),
            ["runId"] = run.Id.ToString(),
            ["resultId"] = results.Items[0].Id.ToString(),
            ["inspectorId"] = (await InspectorBoardTests.AddAsync(_portal, project.Id, 1, owner)).ToString(),
        };
    }

    private sealed record Operation(HttpMethod Verb, string Path, string? ContentType);

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
