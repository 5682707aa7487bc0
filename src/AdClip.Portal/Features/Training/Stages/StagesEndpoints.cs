using System.Security.Claims;
using System.Text;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Training.Stages;

public static class StagesEndpoints
{
    public static void MapStages(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}/stages").WithTags("Training");
        ofProject.MapPost("/", StartAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Repeat training on nested subsets of the labelled images, with several seeds")
            .WithDescription(
                "Everything may be left out: stages (\"10+4\": 10 anomalous and 4 good images), "
                + "detectors (Text, Bank, Fitted, Prompts), models, seeds (5), objectName. Stages that "
                + "the project cannot fill are answered under notFilled. Location names the experiment.");
        ofProject.MapGet("/", ListAsync).WithSummary("Experiments of the project, newest first");

        var one = api.MapGroup("/stages/{experimentId:guid}").WithTags("Training");
        one.MapGet("/", GetAsync)
            .WithSummary("State of an experiment and its table as far as it is done: mean and deviation over seeds, paired differences, every cell");
        one.MapGet("/table.csv", CsvAsync).WithSummary("Every cell as a row").Produces<string>(contentType: "text/csv");
        one.MapGet("/table.md", MarkdownAsync).WithSummary("The table as Markdown").Produces<string>(contentType: "text/markdown");
        one.MapPost("/cancel", CancelAsync).RequireAuthorization(Policies.Run).WithSummary("Stop an experiment; finished cells stay");
        one.MapPost("/resume", ResumeAsync).RequireAuthorization(Policies.Run).WithSummary("Go on with an experiment that was stopped");
    }

    private static async Task<Results<Accepted<StagesAnswer>, NotFound>> StartAsync(
        Guid projectId, NewStages request, ProjectAccess access, StageBoard board,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var view = await board.StartAsync(project, request, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/stages/{view.Experiment.Id}", StagesAnswer.Of(view, texts, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<List<StagesAnswer>>, NotFound>> ListAsync(
        Guid projectId, ProjectAccess access, StageBoard board, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<StagesAnswer>>(
                [.. (await board.ListAsync(projectId, cancel)).Select(view => StagesAnswer.Of(view, texts, clock.GetUtcNow()))]);

    private static async Task<Results<Ok<StageTableAnswer>, NotFound>> GetAsync(
        Guid experimentId, StageBoard board, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(experimentId, user, cancel) is not { } view)
        {
            return TypedResults.NotFound();
        }
        var table = await board.TableAsync(view, cancel);
        return TypedResults.Ok(
            new StageTableAnswer(StagesAnswer.Of(view, texts, clock.GetUtcNow()), [.. table.Rows.Select(StageRowAnswer.Of)], StageCellAnswer.All(table)));
    }

    private static async Task<Results<FileContentHttpResult, NotFound>> CsvAsync(
        Guid experimentId, StageBoard board, ClaimsPrincipal user, CancellationToken cancel) =>
        await board.FindAsync(experimentId, user, cancel) is { } view
            ? TypedResults.File(
                Encoding.UTF8.GetBytes(StageDocuments.Csv(await board.TableAsync(view, cancel))),
                "text/csv; charset=utf-8", $"stages-{view.Experiment.Number}.csv")
            : TypedResults.NotFound();

    private static async Task<Results<FileContentHttpResult, NotFound>> MarkdownAsync(
        Guid experimentId, StageBoard board, IStringLocalizer<StagesText> text, ClaimsPrincipal user, CancellationToken cancel) =>
        await board.FindAsync(experimentId, user, cancel) is { } view
            ? TypedResults.File(
                Encoding.UTF8.GetBytes(StageDocuments.Markdown(view, await board.TableAsync(view, cancel), text)),
                "text/markdown; charset=utf-8", $"stages-{view.Experiment.Number}.md")
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> CancelAsync(
        Guid experimentId, StageBoard board, JobBoard jobs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(experimentId, user, cancel) is not { } view)
        {
            return TypedResults.NotFound();
        }
        await jobs.CancelAsync(view.Job.Id);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFound>> ResumeAsync(
        Guid experimentId, StageBoard board, JobBoard jobs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(experimentId, user, cancel) is not { } view)
        {
            return TypedResults.NotFound();
        }
        await jobs.RetryAsync(view.Job.Id);
        return TypedResults.NoContent();
    }
}
