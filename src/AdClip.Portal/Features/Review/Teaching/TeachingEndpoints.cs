using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Shell.Refusals;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Review.Teaching;

public static class TeachingEndpoints
{
    public static void MapTeaching(this RouteGroupBuilder api)
    {
        var ofResult = api.MapGroup("/results/{resultId:guid}/feedback").WithTags("Feedback");
        ofResult.MapGet("/", ReadAsync).WithSummary("What was taught from the detector of the result's run: the version that holds, and every lesson");
        ofResult.MapPost("/", TeachAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Say that a region is good, or a defect: makes a detector version")
            .WithDescription(
                "kind: good or defect. The region is a box {x, y, width, height}, or a point {x, y} with a level: all of the map "
                + "around it at or above that value; pixels of the stored image. parent: the detectorId that the caller has read, else 409 "
                + "with code FeedbackHeadMoved. Where right verdicts on golden images become wrong: 409 with code FeedbackRegressions, "
                + "unless acceptRegressions. addShapeClass adds a defect to the ground truth as well, markGood labels the image good.");
        ofResult.MapPost("/preview", PreviewAsync)
            .RequireAuthorization(Policies.Run)
            .WithSummary("The same without keeping anything: scores, maps and what becomes of the golden images");
        ofResult.MapPost("/undo", UndoAsync).RequireAuthorization(Policies.Run).WithSummary("Go back to the version before, exactly; parent as above");
        ofResult.MapPost("/redo", RedoAsync).RequireAuthorization(Policies.Run).WithSummary("Go forward to what was undone last");

        api.MapGet("/feedback-maps/{mapId:guid}", MapAsync)
            .WithTags("Feedback")
            .WithSummary("A map of a preview: .npy, as the map of a result; there for a while only");
        api.MapGet("/projects/{projectId:guid}/golden", GoldenAsync)
            .WithTags("Feedback")
            .WithSummary("Golden images of the project: those that feedback is held to");
        api.MapPut("/images/{imageId:guid}/golden", MarkAsync).RequireAuthorization(Policies.Run).WithTags("Feedback")
            .WithSummary("Mark a labelled image as golden, or take the mark away: {\"isGolden\": true}");
    }

    private static async Task<Results<Ok<TeachingAnswer>, NotFound>> ReadAsync(
        Guid resultId, FeedbackTarget target, TeachingLines lines,
        IDbContextFactory<PortalDb> dbs, ClaimsPrincipal user, CancellationToken cancel) =>
        await target.FindAsync(resultId, user, cancel) is { } found
            ? TypedResults.Ok(await AnswerAsync(found.Run, lines, dbs, cancel))
            : TypedResults.NotFound();

    private static async Task<Results<Created<TeachingAnswer>, NotFound, ProblemHttpResult>> TeachAsync(
        Guid resultId, FeedbackRequest request, FeedbackTarget target, TeachingBench bench, Teacher teacher, LessonLabels labels,
        TeachingLines lines, IDbContextFactory<PortalDb> dbs, IStringLocalizer<TeachingText> text, IStringLocalizer<RefusalText> refusals,
        ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await target.FindAsync(resultId, user, cancel) is not var (run, image))
        {
            return TypedResults.NotFound();
        }
        if (request.Kind is not { } kind)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["KindMissing"]);
        }
        try
        {
            var preview = await bench.TryAsync(run, image, kind, request.Region, request.Parent, cancel);
            var lesson = await teacher.KeepAsync(preview, request.AcceptRegressions, user.UserId(), cancel);
            if (kind == LessonKind.Defect && !string.IsNullOrWhiteSpace(request.AddShapeClass))
            {
                await labels.AddShapeAsync(lesson, request.AddShapeClass.Trim(), Author.Of(user), cancel);
            }
            if (kind == LessonKind.Good && request.MarkGood)
            {
                await labels.MarkGoodAsync(lesson, Author.Of(user), cancel);
            }
        }
        catch (RefusedInputException refused) when (IsConflict(refused))
        {
            return Conflict(refused, refusals);
        }
        return TypedResults.Created($"/api/v1/results/{resultId}/feedback", await AnswerAsync(run, lines, dbs, cancel));
    }

    private static async Task<Results<Ok<FeedbackPreviewAnswer>, NotFound, ProblemHttpResult>> PreviewAsync(
        Guid resultId, FeedbackRequest request, FeedbackTarget target, TeachingBench bench, IStringLocalizer<TeachingText> text,
        IStringLocalizer<RefusalText> refusals, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await target.FindAsync(resultId, user, cancel) is not var (run, image))
        {
            return TypedResults.NotFound();
        }
        if (request.Kind is not { } kind)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["KindMissing"]);
        }
        try
        {
            var preview = await bench.TryAsync(run, image, kind, request.Region, request.Parent, cancel);
            return TypedResults.Ok(FeedbackPreviewAnswer.Of(preview, await preview.Golden.WaitAsync(cancel)));
        }
        catch (RefusedInputException refused) when (IsConflict(refused))
        {
            return Conflict(refused, refusals);
        }
    }

    private static Task<Results<Ok<TeachingAnswer>, NotFound, ProblemHttpResult>> UndoAsync(
        Guid resultId, FeedbackMove move, FeedbackTarget target, Teacher teacher, TeachingLines lines,
        IDbContextFactory<PortalDb> dbs, IStringLocalizer<RefusalText> refusals, ClaimsPrincipal user, CancellationToken cancel) =>
        MoveAsync(resultId, target, lines, dbs, refusals, user, run => teacher.UndoAsync(run, move.Parent, user.UserId(), cancel), cancel);

    private static Task<Results<Ok<TeachingAnswer>, NotFound, ProblemHttpResult>> RedoAsync(
        Guid resultId, FeedbackMove move, FeedbackTarget target, Teacher teacher, TeachingLines lines,
        IDbContextFactory<PortalDb> dbs, IStringLocalizer<RefusalText> refusals, ClaimsPrincipal user, CancellationToken cancel) =>
        MoveAsync(resultId, target, lines, dbs, refusals, user, run => teacher.RedoAsync(run, move.Parent, user.UserId(), cancel), cancel);

    private static async Task<Results<Ok<TeachingAnswer>, NotFound, ProblemHttpResult>> MoveAsync(
        Guid resultId, FeedbackTarget target, TeachingLines lines, IDbContextFactory<PortalDb> dbs,
        IStringLocalizer<RefusalText> refusals, ClaimsPrincipal user, Func<Run, Task> moveAsync, CancellationToken cancel)
    {
        if (await target.FindAsync(resultId, user, cancel) is not var (run, _))
        {
            return TypedResults.NotFound();
        }
        try
        {
            await moveAsync(run);
        }
        catch (RefusedInputException refused) when (IsConflict(refused))
        {
            return Conflict(refused, refusals);
        }
        return TypedResults.Ok(await AnswerAsync(run, lines, dbs, cancel));
    }

    private static async Task<Results<FileContentHttpResult, NotFound>> MapAsync(
        Guid mapId, MapShelf shelf, ProjectAccess access, ClaimsPrincipal user, CancellationToken cancel) =>
        shelf.Find(mapId) is var (projectId, npy) && await access.FindAsync(projectId, user, cancel) is not null
            ? TypedResults.Bytes(npy, "application/octet-stream")
            : TypedResults.NotFound();

    private static async Task<Results<Ok<List<GoldenAnswer>>, NotFound>> GoldenAsync(
        Guid projectId, ProjectAccess access, IDbContextFactory<PortalDb> dbs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return TypedResults.Ok<List<GoldenAnswer>>(
            [.. (await GoldenSet.MarkedAsync(db, projectId, cancel))
                .Select(image => new GoldenAnswer(image.ImageId, image.FileName, image.Sha256, image.IsAnomaly))]);
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> MarkAsync(
        Guid imageId, GoldenRequest request, ImageAccess access, IDbContextFactory<PortalDb> dbs,
        IStringLocalizer<TeachingText> text, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, user, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        if (request.IsGolden is not { } isGolden)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["GoldenMissing"]);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await GoldenSet.MarkAsync(db, image, isGolden, clock.GetUtcNow(), user.UserId(), cancel);
        return TypedResults.NoContent();
    }

    private static async Task<TeachingAnswer> AnswerAsync(Run run, TeachingLines lines, IDbContextFactory<PortalDb> dbs, CancellationToken cancel)
    {
        var line = await lines.FindAsync(run, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return TeachingAnswer.Of(await TeachingRecord.ReadAsync(db, line, cancel));
    }

    private static bool IsConflict(RefusedInputException refused) => refused.Code is RefusalCode.FeedbackHeadMoved or RefusalCode.FeedbackRegressions;

    private static ProblemHttpResult Conflict(RefusedInputException refused, IStringLocalizer<RefusalText> refusals) =>
        TypedResults.Problem(
            statusCode: StatusCodes.Status409Conflict, title: refusals.Sentence(refused),
            extensions: new Dictionary<string, object?> { ["code"] = refused.Code.ToString() });
}
