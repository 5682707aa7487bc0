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
                + "to the first, images whose verdicts differ; runs=id,id (2 to 4; left out: the two newest finished ones), "
                + "split=test|train|all (left out: the images kept for judging where all runs have labelled ones, else all); "
                + "at=bestF1, falseRejects, recall or saved: the operating point, the same for all (left out: the first that can be had)");
        ofProject.MapGet("/compare.csv", CsvAsync)
            .WithSummary("The same numbers as CSV, a row for each run and number")
            .Produces<string>(contentType: "text/csv");
    }

    private static async Task<Results<Ok<ComparisonAnswer>, NotFound, ValidationProblem>> JsonAsync(
        Guid projectId, string? runs, string? split, string? at, ComparisonBoard board, ProjectAccess access, IStringLocalizer<ComparisonText> text,
        IStringLocalizer<RunsText> names, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var (comparison, problem) = await AnsweredAsync(projectId, runs, split, at, board, text, cancel);
        return problem ?? (Results<Ok<ComparisonAnswer>, NotFound, ValidationProblem>)TypedResults.Ok(ComparisonAnswer.Of(projectId, comparison!, names));
    }

    private static async Task<Results<FileContentHttpResult, NotFound, ValidationProblem>> CsvAsync(
        Guid projectId, string? runs, string? split, string? at, ComparisonBoard board, ProjectAccess access, IStringLocalizer<ComparisonText> text,
        IStringLocalizer<RunsText> names, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var (comparison, problem) = await AnsweredAsync(projectId, runs, split, at, board, text, cancel);
        return problem ?? (Results<FileContentHttpResult, NotFound, ValidationProblem>)TypedResults.File(
            Encoding.UTF8.GetBytes(ComparisonDocuments.Csv(ComparisonAnswer.Of(projectId, comparison!, names))),
            "text/csv; charset=utf-8", "comparison.csv");
    }

    /// <summary>The comparison that was asked for, or what is wrong with the question.</summary>
    private static async Task<(RunComparison? Comparison, ValidationProblem? Problem)> AnsweredAsync(
        Guid projectId, string? runs, string? split, string? at, ComparisonBoard board, IStringLocalizer<ComparisonText> text, CancellationToken cancel)
    {
        if (!EvaluationSplits.TryParse(split, out var counted))
        {
            return (null, Invalid("split", text["UnknownSplit", split!]));
        }
        var point = OperatingPoints.Parse(at);
        if (at is not null && point is null)
        {
            return (null, Invalid("at", text["UnknownPoint", at]));
        }
        var (comparison, problem) = await CompareAsync(projectId, runs, counted, point, board, cancel);
        if (comparison is not null && point is { } asked && !comparison.Points.Contains(asked))
        {
            return (null, Invalid("at", text["PointMissing", at!, string.Join(", ", comparison.Points.Select(OperatingPoints.Name))]));
        }
        return comparison is null ? (null, Invalid("runs", text["Problem" + problem])) : (comparison, null);
    }

    /// <summary>Without a list the newest finished runs, be they fewer than two: a program that asks early is told what there is.</summary>
    private static async Task<(RunComparison? Comparison, ComparisonProblem? Problem)> CompareAsync(
        Guid projectId, string? runs, EvaluationSplit? split, OperatingPoint? point, ComparisonBoard board, CancellationToken cancel)
    {
        var finished = await board.FinishedAsync(projectId, cancel);
        if (string.IsNullOrEmpty(runs))
        {
            return (await board.CompareAsync([.. finished.Take(ComparisonBoard.Fewest)], split, point, cancel), null);
        }
        var ids = ComparisonBoard.Parse(runs);
        return await board.ProblemAsync(projectId, ids, finished, cancel) is { } problem
            ? (null, problem)
            : (await board.CompareAsync([.. ids!.Select(id => finished.First(run => run.Run.Id == id))], split, point, cancel), null);
    }

    private static ValidationProblem Invalid(string field, string sentence) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [sentence] });
}
