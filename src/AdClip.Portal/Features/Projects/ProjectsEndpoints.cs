using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Shell.Refusals;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Projects;

public static class ProjectsEndpoints
{
    public static void MapProjects(this RouteGroupBuilder api)
    {
        var projects = api.MapGroup("/projects").WithTags("Projects");
        projects.MapPost("/", CreateAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Create a project")
            .WithDescription("409 where the caller sees a project of this name already; the answer's suggestion is a name that is free.");
        projects.MapGet("/", ListAsync).WithSummary("Projects that the caller may see, newest first");
    }

    private static async Task<Results<Created<ProjectAnswer>, ValidationProblem, ProblemHttpResult>> CreateAsync(
        NewProject request, ProjectsState state, IStringLocalizer<ProjectsText> text, IStringLocalizer<RefusalText> refusals,
        ClaimsPrincipal user, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > ProjectTable.Limits.Name)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]>
            {
                ["name"] = [text["NameLength", ProjectTable.Limits.Name, request.Name?.Length ?? 0]],
            });
        }
        try
        {
            var project = await state.CreateAsync(request, user, cancel);
            return TypedResults.Created($"/api/v1/projects/{project.Id}", ProjectAnswer.Of(project));
        }
        catch (RefusedInputException taken) when (taken.Code == RefusalCode.ProjectNameTaken)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status409Conflict, title: refusals.Sentence(taken),
                extensions: new Dictionary<string, object?> { ["code"] = taken.Code.ToString(), ["suggestion"] = taken.Arguments[1] });
        }
    }

    private static async Task<Ok<List<ProjectAnswer>>> ListAsync(IDbContextFactory<PortalDb> dbs, ClaimsPrincipal user, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var projects = await ProjectAccess.Visible(db, user).Where(p => p.ArchivedAt == null).OrderByDescending(p => p.CreatedAt).ToListAsync(cancel);
        return TypedResults.Ok(projects.ConvertAll(ProjectAnswer.Of));
    }
}

/// <summary>A project as the API shows it.</summary>
public sealed record ProjectAnswer(Guid Id, string Name, string Description, string ObjectName, DateTimeOffset CreatedAt)
{
    public static ProjectAnswer Of(Project project) => new(project.Id, project.Name, project.Description, project.ObjectName, project.CreatedAt);
}
