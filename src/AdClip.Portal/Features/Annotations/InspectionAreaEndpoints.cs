using System.Security.Claims;
using System.Text;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.Detection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Annotations;

public static class InspectionAreaEndpoints
{
    public static void MapInspectionArea(this RouteGroupBuilder api)
    {
        var area = api.MapGroup("/projects/{projectId:guid}/inspection-area").WithTags("Inspection area");
        area.MapGet("/", GetAsync).Produces<string>(StatusCodes.Status200OK, "application/json")
            .WithSummary("Which part of the project's images is inspected; ETag is its revision, \"0\" when nobody has drawn it");
        area.MapPut("/", PutAsync).RequireAuthorization(Policies.Run)
            .Accepts<string>("application/json")
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired)
            .WithSummary("Save a new revision of the inspection area")
            .WithDescription(
                "If-Match names the revision that the document was made from; 412 when there is a newer one. X-Save-Id (a UUID of "
                + "the caller's choice) makes a repeated request save once. Runs that exist keep the revision they were started with.");
        area.MapGet("/revisions", HistoryAsync).WithSummary("Revisions of the inspection area, newest first");
        area.MapGet("/revisions/{revision:int}", RevisionAsync)
            .Produces<string>(StatusCodes.Status200OK, "application/json")
            .WithSummary("The inspection area as it was in a revision");
    }

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult, NotFound>> GetAsync(
        Guid projectId, HttpContext http, ProjectAccess access, InspectionAreaStore store, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, http.User, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var area = await store.CurrentAsync(projectId, cancel);
        var tag = RevisionTag.Of(area.Revision);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        return http.Request.Headers.IfNoneMatch.ToString() == tag ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : Document(area);
    }

    private static async Task<Results<Ok<SavedAnswer>, ProblemHttpResult, NotFound>> PutAsync(
        Guid projectId, HttpContext http, ProjectAccess access, InspectionAreaStore store,
        IStringLocalizer<LabelerText> text, IStringLocalizer<InspectionAreaText> areaText, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, http.User, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        if (RevisionTag.Expected(http, text, out var expected) is { } refused)
        {
            return refused;
        }
        if (RevisionTag.SaveId(http, text, out var saveId) is { } wrong)
        {
            return wrong;
        }
        if (http.Request.ContentLength > InspectionRegionsJson.MostBytes)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status413PayloadTooLarge,
                title: text["DocumentTooLarge", http.Request.ContentLength, InspectionRegionsJson.MostBytes]);
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = InspectionRegionsJson.MostBytes;
        }
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var wanted = InspectionRegionsJson.Read(await reader.ReadToEndAsync(cancel));
        var outcome = await store.SaveAsync(projectId, wanted, expected, saveId, http.User, cancel);
        return RevisionTag.Answer(http, outcome, areaText["Conflict", outcome.Revision]);
    }

    private static async Task<Results<Ok<List<AreaRevisionAnswer>>, NotFound>> HistoryAsync(
        Guid projectId, ProjectAccess access, InspectionAreaStore store, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null ? TypedResults.NotFound() : TypedResults.Ok(await store.HistoryAsync(projectId, cancel));

    private static async Task<Results<ContentHttpResult, NotFound>> RevisionAsync(
        Guid projectId, int revision, ProjectAccess access, InspectionAreaStore store, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is not null && await store.AtAsync(projectId, revision, cancel) is { } area
            ? Document(area)
            : TypedResults.NotFound();

    private static ContentHttpResult Document(InspectionArea area) =>
        TypedResults.Content(InspectionRegionsJson.Write(area.Regions), "application/json", Encoding.UTF8);
}

/// <summary>One revision of a project's inspection area.</summary>
public sealed record AreaRevisionAnswer(int Revision, int RegionCount, string Author, DateTimeOffset SavedAt);
