using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Inspectors;

/// <summary>What people do with inspectors, over HTTP.</summary>
internal static class InspectorSteps
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A project with good and scratched plates, labelled, and a run that compares with the first good ones.</summary>
    public static async Task<(ProjectAnswer Project, IReadOnlyList<Guid> Good, IReadOnlyList<Guid> Bad, RunAnswer Run)> RunAsync(
        PortalHost host, HttpClient client, int references = 3)
    {
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(6));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(3));
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Anomaly);
        var run = await RunTests.RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.FirstGood, ReferenceCount = references });
        return (project, good, bad, run);
    }

    public static async Task<InspectorAnswer> MakeAsync(HttpClient client, Guid projectId, NewInspector request)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/inspectors", request, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<InspectorAnswer>(Cancel))!;
    }

    public static async Task<GateReport> CheckAsync(PortalHost host, HttpClient client, Guid inspectorId)
    {
        using var watch = new JobWatch(host);
        using var answer = await client.PostAsync($"/api/v1/inspectors/{inspectorId}/check", null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var job = (await answer.Content.ReadFromJsonAsync<GateAnswer>(Cancel))!;
        var ended = await watch.UntilAsync(seen => seen.Id == job.JobId && seen.State.IsOver());
        Assert.True(ended.State == JobState.Succeeded, $"{ended.State} {ended.MessageCode} {ended.MessageArguments}");
        return (await GetAsync(client, inspectorId)).Check!.Report!;
    }

    public static async Task<InspectorDetail> GetAsync(HttpClient client, Guid inspectorId) =>
        (await client.GetFromJsonAsync<InspectorDetail>($"/api/v1/inspectors/{inspectorId}", Cancel))!;

    public static Task<HttpResponseMessage> PromoteAsync(HttpClient client, InspectorAnswer inspector, string? reason = "better", bool accept = false) =>
        client.PostAsJsonAsync($"/api/v1/projects/{inspector.ProjectId}/inspectors/{inspector.Id}/promote", new InspectorPromotion(reason, accept), Cancel);

    /// <summary>Through the gate and into use.</summary>
    public static async Task UseAsync(PortalHost host, HttpClient client, InspectorAnswer inspector, bool accept = false)
    {
        await CheckAsync(host, client, inspector.Id);
        using var promoted = await PromoteAsync(client, inspector, accept: accept);
        Assert.True(promoted.StatusCode == HttpStatusCode.OK, await promoted.Content.ReadAsStringAsync(Cancel));
    }

    public static async Task<InspectAnswer> InspectAsync(HttpClient client, Guid projectId, string query = "", string? file = null)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(file ?? SamplePlates.Defective(1)[0], Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect{query}", body, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
    }

    public static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancel)).GetProperty("code").GetString();
    }
}
