using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;

namespace AdClip.Portal.Features.Runs;

public static class RunsEndpoints
{
    private const int MostItems = 500;

    public static void MapRuns(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}").WithTags("Runs");
        ofProject.MapPost("/runs", StartAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Start a run over images of the project")
            .WithDescription(
                "Everything may be left out. images: all, unlabelled, labelled, selection (with imageIds). references: none, "
                + "allGood, firstGood (with referenceCount: the first by SHA-256), chosen (with referenceImages); left out: all good "
                + "images if there are any. prompts: kind modelDefault, pair, ensemble, lists (with normal and abnormal, each a list "
                + "of phrases with {} for objectName, and perhaps templates) or learned (with checkpoint, a file name in the folder "
                + "checkpoints of the model, or checkpointId, the id of learned prompts of the project). detector: the id of a "
                + "trained detector, which brings its own model, texts and image size: then leave those out. Location names the run.");
        ofProject.MapGet("/runs", ListAsync).WithSummary("Runs of the project, newest first");

        var run = api.MapGroup("/runs/{runId:guid}").WithTags("Runs");
        run.MapGet("/", GetAsync).WithSummary("State, progress and timing of a run");
        run.MapGet("/results", ResultsAsync).WithSummary("Results of a run; sort=-score (default), score or image; after=id, limit=1..500");
        run.MapGet("/refusals", RefusalsAsync).WithSummary("Images of the run that could not be inspected");
        run.MapPost("/rescore", RescoreAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Score the run's images again with other prompts or good images")
            .WithDescription(
                "Makes a new run; this one stays. What is left out stays as it was: objectName, prompts, references (with "
                + "referenceCount, referenceImages), or detector: the id of a trained detector on the same encoder. "
                + "A run that a trained detector scored takes another detector and nothing else. Kept tokens are used; images whose "
                + "tokens are gone are encoded again, and encoded of the new run counts them. Location names the new run.");
        run.MapPost("/cancel", CancelAsync).RequireAuthorization(Policies.Run).WithSummary("Stop a run; its results so far stay");
        run.MapPost("/resume", ResumeAsync).RequireAuthorization(Policies.Run).WithSummary("Go on with a run that was cancelled or failed");

        var result = api.MapGroup("/results/{resultId:guid}").WithTags("Runs");
        result.MapGet("/", ResultAsync).WithSummary("One result");
        result.MapGet("/map", MapFileAsync)
            .WithSummary(
                "The anomaly map: .npy, float32, [rows, columns] over the whole image, 0 good to 1 "
                + "anomalous; detector=id: as that trained detector of the project sees the image instead");
        result.MapGet("/heatmap", HeatmapAsync)
            .WithSummary(
                "The map as a PNG on the fixed scale 0 to 1; colours=ember|jet, fade=0..100 "
                + "(values below fade in), high=1..100 (hundredths at which the scale ends)");
    }

    private static async Task<Results<Accepted<RunAnswer>, NotFound>> StartAsync(
        Guid projectId, NewRun request, ProjectAccess access, RunBoard runs, IDbContextFactory<PortalDb> dbs,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var run = await runs.StartAsync(project, request, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/runs/{run.Id}", await AnswerAsync(run.Id, dbs, texts, clock, cancel));
    }

    private static async Task<Results<Accepted<RunAnswer>, NotFound>> RescoreAsync(
        Guid runId, RescoreRequest request, RunAccess access, ProjectAccess projects, RunBoard runs,
        IDbContextFactory<PortalDb> dbs, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(runId, user, cancel) is not { } source || await projects.FindAsync(source.ProjectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var run = await runs.RescoreAsync(project, source, request, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/runs/{run.Id}", await AnswerAsync(run.Id, dbs, texts, clock, cancel));
    }

    private static async Task<Results<Ok<List<RunAnswer>>, NotFound>> ListAsync(
        Guid projectId, ProjectAccess access, IDbContextFactory<PortalDb> dbs,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var runs = await RunSummary.ReadAsync(db, db.Set<Run>().AsNoTracking().Where(run => run.ProjectId == projectId), cancel);
        return TypedResults.Ok(runs.ConvertAll(run => RunAnswer.Of(run, texts, clock.GetUtcNow())));
    }

    private static async Task<Results<Ok<RunAnswer>, NotFound>> GetAsync(
        Guid runId, RunAccess access, IDbContextFactory<PortalDb> dbs, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(runId, user, cancel) is null ? TypedResults.NotFound() : TypedResults.Ok(await AnswerAsync(runId, dbs, texts, clock, cancel));

    private static async Task<Results<Ok<ResultPage>, ValidationProblem, NotFound>> ResultsAsync(
        Guid runId, string? sort, string? after, int? limit, RunAccess access, IDbContextFactory<PortalDb> dbs,
        IRunScales scales, IStringLocalizer<RunsText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        var wrong = new Dictionary<string, string[]>();
        if (sort is not (null or "" or "score" or "-score" or "image"))
        {
            wrong["sort"] = [text["UnknownSort", sort]];
        }
        if (limit is < 1 or > MostItems)
        {
            wrong["limit"] = [text["LimitRange", MostItems, limit]];
        }
        if (wrong.Count > 0)
        {
            return TypedResults.ValidationProblem(wrong);
        }
        if (await access.FindAsync(runId, user, cancel) is not { } run)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var results = db.Set<ImageResult>().AsNoTracking().Where(result => result.RunId == runId);
        if (!string.IsNullOrEmpty(after))
        {
            if (!Guid.TryParse(after, out var afterId) || await results.SingleOrDefaultAsync(result => result.Id == afterId, cancel) is not { } last)
            {
                return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["after"] = [text["UnknownAfter", after]] });
            }
            results = sort switch
            {
                "score" => results.Where(result => result.Score > last.Score || (result.Score == last.Score && result.Id > last.Id)),
                "image" => results.Where(result => result.ImageId > last.ImageId),
                _ => results.Where(result => result.Score < last.Score || (result.Score == last.Score && result.Id > last.Id)),
            };
        }
        results = sort switch
        {
            "score" => results.OrderBy(result => result.Score).ThenBy(result => result.Id),
            "image" => results.OrderBy(result => result.ImageId),
            _ => results.OrderByDescending(result => result.Score).ThenBy(result => result.Id),
        };
        var count = limit ?? 100;
        var page = await results.Take(count)
            .Join(db.Set<ImageRecord>(), result => result.ImageId, image => image.Id, (result, image) => new { result, image })
            .ToListAsync(cancel);
        var scale = await scales.OfAsync(run, cancel);
        var answers = page.ConvertAll(row => ResultAnswer.Of(row.result, row.image, run, scale));
        // A join need not keep the order of what it joins.
        answers = sort switch
        {
            "score" => [.. answers.OrderBy(answer => answer.Score).ThenBy(answer => answer.Id)],
            "image" => [.. answers.OrderBy(answer => answer.ImageId)],
            _ => [.. answers.OrderByDescending(answer => answer.Score).ThenBy(answer => answer.Id)],
        };
        return TypedResults.Ok(new ResultPage(answers, answers.Count == count ? answers[^1].Id : null));
    }

    private static async Task<Results<Ok<List<RefusalAnswer>>, NotFound>> RefusalsAsync(
        Guid runId, RunAccess access, IDbContextFactory<PortalDb> dbs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(runId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return TypedResults.Ok(
            await db.Set<RunRefusal>()
                .Where(refusal => refusal.RunId == runId)
                .Select(refusal => new RefusalAnswer(refusal.ImageId, refusal.Code, refusal.Message))
                .ToListAsync(cancel));
    }

    private static async Task<Results<Accepted<RunAnswer>, NotFound>> CancelAsync(
        Guid runId, RunAccess access, JobBoard jobs, IDbContextFactory<PortalDb> dbs,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(runId, user, cancel) is not { } run)
        {
            return TypedResults.NotFound();
        }
        await jobs.CancelAsync(run.JobId);
        return TypedResults.Accepted($"/api/v1/runs/{runId}", await AnswerAsync(runId, dbs, texts, clock, cancel));
    }

    private static async Task<Results<Accepted<RunAnswer>, Conflict<RunAnswer>, NotFound>> ResumeAsync(
        Guid runId, RunAccess access, JobBoard jobs, IDbContextFactory<PortalDb> dbs,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(runId, user, cancel) is not { } run)
        {
            return TypedResults.NotFound();
        }
        var queued = await jobs.RetryAsync(run.JobId);
        var answer = await AnswerAsync(runId, dbs, texts, clock, cancel);
        return queued ? TypedResults.Accepted($"/api/v1/runs/{runId}", answer) : TypedResults.Conflict(answer);
    }

    private static async Task<Results<Ok<ResultAnswer>, NotFound>> ResultAsync(
        Guid resultId, RunAccess access, IDbContextFactory<PortalDb> dbs, IRunScales scales, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindResultAsync(resultId, user, cancel) is not { } result)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == result.ImageId, cancel);
        var run = await db.Set<Run>().AsNoTracking().SingleAsync(run => run.Id == result.RunId, cancel);
        return TypedResults.Ok(ResultAnswer.Of(result, image, run, await scales.OfAsync(run, cancel)));
    }

    private static async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, NotFound>> MapFileAsync(
        Guid resultId, Guid? detector, HttpContext http, RunAccess access, TrainedMaps maps, BlobStore blobs, CancellationToken cancel)
    {
        if (await access.FindResultAsync(resultId, http.User, cancel) is not { } result)
        {
            return TypedResults.NotFound();
        }
        http.Response.Headers.CacheControl = "private, max-age=86400";
        return detector is { } versionId
            ? TypedResults.Bytes(
                await maps.OfAsync(result, versionId, cancel), "application/octet-stream",
                $"{resultId}.npy", entityTag: new EntityTagHeaderValue($"\"{result.MapBlob}-{versionId}\""))
            : TypedResults.PhysicalFile(
                blobs.PathOf(result.MapBlob), "application/octet-stream", $"{resultId}.npy",
                entityTag: new EntityTagHeaderValue($"\"{result.MapBlob}\""), enableRangeProcessing: true);
    }

    private static async Task<Results<PhysicalFileHttpResult, ValidationProblem, NotFound>> HeatmapAsync(
        Guid resultId, string? colours, int? fade, int? high, HttpContext http, RunAccess access,
        Heatmaps heatmaps, IStringLocalizer<RunsText> text, CancellationToken cancel)
    {
        var map = ColourMap.Find(string.IsNullOrEmpty(colours) ? ColourMap.Ember.Name : colours);
        if (map is null)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["colours"] = [text["UnknownColours", colours!]] });
        }
        if (fade is < 0 or > 100)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["fade"] = [text["FadeRange", fade]] });
        }
        if (high is < 1 or > 100)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["high"] = [text["HighRange", high]] });
        }
        if (await access.FindResultAsync(resultId, http.User, cancel) is not { } result)
        {
            return TypedResults.NotFound();
        }
        http.Response.Headers.CacheControl = "private, max-age=86400";
        return TypedResults.PhysicalFile(
            await heatmaps.RenderAsync(result.MapBlob, map, fade ?? 0, high ?? 100, cancel), "image/png",
            entityTag: new EntityTagHeaderValue($"\"{result.MapBlob}-{map.Name}-{fade ?? 0}-{high ?? 100}\""));
    }

    private static async Task<RunAnswer> AnswerAsync(Guid runId, IDbContextFactory<PortalDb> dbs, JobTexts texts, TimeProvider clock, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var summaries = await RunSummary.ReadAsync(db, db.Set<Run>().AsNoTracking().Where(run => run.Id == runId), cancel);
        return RunAnswer.Of(summaries[0], texts, clock.GetUtcNow());
    }
}
