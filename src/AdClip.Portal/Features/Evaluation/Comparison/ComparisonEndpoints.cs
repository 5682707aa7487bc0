using System.Security.Claims;
using System.Text;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Projects;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation.Comparison;

public static class ComparisonEndpoints
{
    public static void MapComparison(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}").WithTags("Evaluation");
        ofProject.MapGet("/compare", JsonAsync)
            .WithSummary(
                "Runs side by side on the images that all scored and none learned from: numbers with intervals, paired differences "
                + "to the first, images whose verdicts differ; runs=id,id (2 to 4; left out: the two newest finished ones); "
                + "at=bestF1, falseRejects, recall or saved: the operating point, the same for all (left out: the first that can be had)");
        ofProject.MapGet("/compare.csv", CsvAsync)
            .WithSummary("The same numbers as CSV, a row for each run and number")
            .Produces<string>(contentType: "text/csv");
    }

    private static async Task<Results<Ok<ComparisonAnswer>, NotFound, ValidationProblem>> JsonAsync(
        Guid projectId, string? runs, string? at, ComparisonBoard board, ProjectAccess access, IStringLocalizer<ComparisonText> text,
        IStringLocalizer<RunsText> names, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var point = OperatingPoints.Parse(at);
        if (at is not null && point is null)
        {
            return Invalid("at", text["UnknownPoint", at]);
        }
        var (comparison, problem) = await CompareAsync(projectId, runs, point, board, cancel);
        if (comparison is not null && point is { } asked && !comparison.Points.Contains(asked))
        {
            return Invalid("at", text["PointMissing", at!, string.Join(", ", comparison.Points.Select(OperatingPoints.Name))]);
        }
        return comparison is null ? Invalid("runs", text["Problem" + problem]) : TypedResults.Ok(ComparisonAnswer.Of(projectId, comparison, names));
    }

    private static async Task<Results<FileContentHttpResult, NotFound, ValidationProblem>> CsvAsync(
        Guid projectId, string? runs, string? at, ComparisonBoard board, ProjectAccess access, IStringLocalizer<ComparisonText> text,
        IStringLocalizer<RunsText> names, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var point = OperatingPoints.Parse(at);
        if (at is not null && point is null)
        {
            return Invalid("at", text["UnknownPoint", at]);
        }
        var (comparison, problem) = await CompareAsync(projectId, runs, point, board, cancel);
        if (comparison is not null && point is { } asked && !comparison.Points.Contains(asked))
        {
            return Invalid("at", text["PointMissing", at!, string.Join(", ", comparison.Points.Select(OperatingPoints.Name))]);
        }
        return comparison is null
            ? Invalid("runs", text["Problem" + problem])
            : TypedResults.File(
                Encoding.UTF8.GetBytes(ComparisonDocuments.Csv(ComparisonAnswer.Of(projectId, comparison, names))),
                "text/csv; charset=utf-8", "comparison.csv");
    }

    /// <summary>Without a list the newest finished runs, be they fewer than two: a program that asks early is told what there is.</summary>
    private static async Task<(RunComparison? Comparison, ComparisonProblem? Problem)> CompareAsync(
        Guid projectId, string? runs, OperatingPoint? point, ComparisonBoard board, CancellationToken cancel)
    {
        var finished = await board.FinishedAsync(projectId, cancel);
        if (string.IsNullOrEmpty(runs))
        {
            return (await board.CompareAsync([.. finished.Take(ComparisonBoard.Fewest)], point, cancel), null);
        }
        var ids = ComparisonBoard.Parse(runs);
        return await board.ProblemAsync(projectId, ids, finished, cancel) is { } problem
            ? (null, problem)
            : (await board.CompareAsync([.. ids!.Select(id => finished.First(run => run.Run.Id == id))], point, cancel), null);
    }

    private static ValidationProblem Invalid(string field, string sentence) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [sentence] });
}
