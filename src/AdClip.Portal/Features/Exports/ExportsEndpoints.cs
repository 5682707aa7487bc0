using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Projects;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Exports;

public static class ExportsEndpoints
{
    public static void MapExports(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{projectId:guid}").WithTags("Exports");
        project.MapGet("/annotations.json", JsonAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .WithSummary("Ground truth of the project as one JSON document");
        project.MapGet("/annotations.csv", CsvAsync)
            .Produces(StatusCodes.Status200OK, contentType: "text/csv")
            .WithSummary("Ground truth of the project as CSV, one row a shape");
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> JsonAsync(
        Guid projectId, ProjectAccess access, GroundTruthExport export, IStringLocalizer<LabelerText> text, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is { } project
            ? TypedResults.Stream(stream => export.WriteJsonAsync(project, text["DefaultClass"], stream, cancel), "application/json", $"{project.Name}.json")
            : TypedResults.NotFound();

    private static async Task<Results<PushStreamHttpResult, NotFound>> CsvAsync(
        Guid projectId, ProjectAccess access, GroundTruthExport export, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is { } project
            ? TypedResults.Stream(stream => export.WriteCsvAsync(project, stream, cancel), "text/csv", $"{project.Name}.csv")
            : TypedResults.NotFound();
}
