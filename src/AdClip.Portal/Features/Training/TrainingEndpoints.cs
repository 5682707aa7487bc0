using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

public static class TrainingEndpoints
{
    public static void MapTraining(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}").WithTags("Training");
        ofProject.MapPost("/trainings", StartAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Train a detector on the labelled images of the project")
            .WithDescription(
                "Everything may be left out: model, objectName, useText, useBank, useHeads, useAnomalyBank (all true), "
                + "rotatesPart (false); learn: quick, prompts or both; prompts: preset (anomalyClip, modelCard), epochs, batchSize, "
                + "learningRate, optimiser (adam, adamw), contextLength, deepLength, depth, classificationWeight, anomalyWeight, "
                + "contrastiveWeight, folds, seed, views, crops, mirrors, turns, brightness; checkpoint: the id of learned "
                + "prompts whose texts are used. Parts that do not help are left out by themselves. Location names the training.");
        ofProject.MapGet("/detectors", ListAsync).WithSummary("Trained detectors of the project, newest first");

        var training = api.MapGroup("/trainings/{trainingId:guid}").WithTags("Training");
        training.MapGet("/", GetAsync).WithSummary("State and progress of a training, and the detector that came of it");
        training.MapPost("/cancel", CancelAsync).RequireAuthorization(Policies.Run).WithSummary("Stop a training; epochs that it has learned stay");
        training.MapPost("/resume", ResumeAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Go on with a training that learned prompts and is over")
            .WithDescription(
                "epochs: all epochs in the end; left out: as many as before. More epochs than before make a new "
                + "training, which Location names, with the same labels and settings; it begins where this one ended.");
        api.MapDetectors();
        api.MapCheckpoints();
    }

    private static async Task<Results<Accepted<TrainingAnswer>, NotFound>> StartAsync(
        Guid projectId, NewTraining request, ProjectAccess access, TrainingBoard board,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var job = await board.StartAsync(project, request, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/trainings/{job.Id}", TrainingAnswer.Of(job, null, texts, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<List<DetectorAnswer>>, NotFound>> ListAsync(
        Guid projectId, ProjectAccess access, DetectorVersions versions, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<DetectorAnswer>>([.. (await versions.ListAsync(projectId, cancel)).Select(DetectorAnswer.Of)]);

    private static async Task<Results<Ok<TrainingAnswer>, NotFound>> GetAsync(
        Guid trainingId, IDbContextFactory<PortalDb> dbs, DetectorVersions versions,
        JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel) =>
        await FindAsync(dbs, trainingId, user, cancel) is { } job
            ? TypedResults.Ok(TrainingAnswer.Of(job, (await versions.OfJobAsync(trainingId, cancel))?.Id, texts, clock.GetUtcNow()))
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> CancelAsync(
        Guid trainingId, IDbContextFactory<PortalDb> dbs, JobBoard jobs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await FindAsync(dbs, trainingId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await jobs.CancelAsync(trainingId);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Accepted<TrainingAnswer>, NotFound>> ResumeAsync(
        Guid trainingId, MoreEpochs request, IDbContextFactory<PortalDb> dbs, ProjectAccess access,
        TrainingBoard board, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await FindAsync(dbs, trainingId, user, cancel) is not { ProjectId: { } projectId }
            || await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var job = await board.GoOnAsync(project, trainingId, request.Epochs, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/trainings/{job.Id}", TrainingAnswer.Of(job, null, texts, clock.GetUtcNow()));
    }

    internal static async Task<JobView?> FindAsync(IDbContextFactory<PortalDb> dbs, Guid trainingId, ClaimsPrincipal user, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<JobRecord>().AsNoTracking()
            .SingleOrDefaultAsync(
                job => job.Id == trainingId && job.Kind == TrainingJob.Kind && ProjectAccess.Visible(db, user).Any(project => project.Id == job.ProjectId),
                cancel) is { } job
            ? JobView.Of(job)
            : null;
    }
}
