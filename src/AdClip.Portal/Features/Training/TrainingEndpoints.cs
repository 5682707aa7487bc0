using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell;
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
            .WithDescription("Everything may be left out: model, objectName, useText, useBank, useHeads, useAnomalyBank (all true), rotatesPart (false). Parts that do not help are left out by themselves. Location names the training.");
        ofProject.MapGet("/detectors", ListAsync).WithSummary("Trained detectors of the project, newest first");

        var training = api.MapGroup("/trainings/{trainingId:guid}").WithTags("Training");
        training.MapGet("/", GetAsync).WithSummary("State and progress of a training, and the detector that came of it");
        training.MapPost("/cancel", CancelAsync).RequireAuthorization(Policies.Run).WithSummary("Stop a training");
    }

    private static async Task<Results<Accepted<TrainingAnswer>, NotFound>> StartAsync(
        Guid projectId, NewTraining request, ProjectAccess access, TrainingBoard board, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var job = await board.StartAsync(project, request, user.UserId(), cancel);
        return TypedResults.Accepted($"/api/v1/trainings/{job.Id}", TrainingAnswer.Of(job, null, texts, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<List<DetectorAnswer>>, NotFound>> ListAsync(Guid projectId, ProjectAccess access, DetectorVersions versions, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<DetectorAnswer>>([.. (await versions.ListAsync(projectId, cancel)).Select(DetectorAnswer.Of)]);

    private static async Task<Results<Ok<TrainingAnswer>, NotFound>> GetAsync(
        Guid trainingId, IDbContextFactory<PortalDb> dbs, DetectorVersions versions, JobTexts texts, TimeProvider clock, ClaimsPrincipal user, CancellationToken cancel) =>
        await FindAsync(dbs, trainingId, user, cancel) is { } job
            ? TypedResults.Ok(TrainingAnswer.Of(job, (await versions.OfJobAsync(trainingId, cancel))?.Id, texts, clock.GetUtcNow()))
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> CancelAsync(Guid trainingId, IDbContextFactory<PortalDb> dbs, JobBoard jobs, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await FindAsync(dbs, trainingId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await jobs.CancelAsync(trainingId);
        return TypedResults.NoContent();
    }

    private static async Task<JobView?> FindAsync(IDbContextFactory<PortalDb> dbs, Guid trainingId, ClaimsPrincipal user, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<JobRecord>().AsNoTracking()
            .SingleOrDefaultAsync(job => job.Id == trainingId && job.Kind == TrainingJob.Kind && ProjectAccess.Visible(db, user).Any(project => project.Id == job.ProjectId), cancel) is { } job
            ? JobView.Of(job)
            : null;
    }
}
