using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Training;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training.Prompts;

internal static class CheckpointEndpoints
{
    public static void MapCheckpoints(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}/checkpoints").WithTags("Training");
        ofProject.MapGet("/", ListAsync).WithSummary("Learned prompts of the project: epochs of its trainings, and uploaded files");
        ofProject.MapPost("/", UploadAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Upload learned prompts (epoch_N.pth of adclip train, of this portal or of AnomalyCLIP); the body is the file")
            .WithDescription("Query: name of the file, and model, which they must fit; left out: the project's default model.")
            .Accepts<Stream>("application/octet-stream");
        api.MapGet("/trainings/{trainingId:guid}/epochs", EpochsAsync)
            .WithTags("Training")
            .WithSummary("Loss and out-of-fold numbers of each epoch that a training has learned, and its checkpoint");
        api.MapGet("/checkpoints/{checkpointId:guid}/file", FileAsync)
            .WithTags("Training")
            .WithSummary("Learned prompts as a file that adclip and AnomalyCLIP's code load");
    }

    private static async Task<Results<Ok<List<CheckpointAnswer>>, NotFound>> ListAsync(
        Guid projectId, ProjectAccess access, Checkpoints checkpoints, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<CheckpointAnswer>>([.. (await checkpoints.ListAsync(projectId, cancel)).Select(CheckpointAnswer.Of)]);

    private static async Task<Results<Created<CheckpointAnswer>, NotFound>> UploadAsync(
        Guid projectId, string? name, string? model, HttpContext http, ProjectAccess access, Checkpoints checkpoints, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, http.User, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // Checkpoints counts by itself, and says so in a sentence
        }
        var taken = await checkpoints.TakeAsync(project, string.IsNullOrEmpty(model) ? null : model, name ?? "", http.Request.Body, http.User.UserId(), cancel);
        return TypedResults.Created($"/api/v1/checkpoints/{taken.Id}/file", CheckpointAnswer.Of(taken));
    }

    private static async Task<Results<Ok<List<CheckpointAnswer>>, NotFound>> EpochsAsync(
        Guid trainingId, IDbContextFactory<PortalDb> dbs, Checkpoints checkpoints, ClaimsPrincipal user, CancellationToken cancel) =>
        await TrainingEndpoints.FindAsync(dbs, trainingId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<CheckpointAnswer>>([.. (await checkpoints.OfTrainingAsync(trainingId, cancel)).Select(CheckpointAnswer.Of)]);

    private static async Task<Results<FileStreamHttpResult, NotFound>> FileAsync(
        Guid checkpointId, Checkpoints checkpoints, ClaimsPrincipal user, CancellationToken cancel) =>
        await checkpoints.FindAsync(checkpointId, user, cancel) is { } checkpoint
            ? TypedResults.File(await checkpoints.OpenFileAsync(checkpoint, cancel), "application/octet-stream", checkpoint.Name)
            : TypedResults.NotFound();
}

/// <summary>Learned prompts as the API shows them.</summary>
public sealed record CheckpointAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>Null: they were uploaded.</summary>
    public required Guid? TrainingId { get; init; }

    public required int? Epoch { get; init; }

    public required string Name { get; init; }

    public required string Model { get; init; }

    /// <summary>Means over the epoch; null: they were uploaded.</summary>
    public required LossParts? Loss { get; init; }

    /// <summary>
    /// On images that the prompts of their fold did not see. F1 is at the
    /// best threshold of the same scores, beside it the F1 of calling everything anomalous.
    /// </summary>
    public required EpochScore? OutOfFold { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string FileUrl { get; init; }

    public static CheckpointAnswer Of(StoredCheckpoint checkpoint)
    {
        var report = checkpoint.ReadReport();
        return new CheckpointAnswer
        {
            Id = checkpoint.Id,
            ProjectId = checkpoint.ProjectId,
            TrainingId = checkpoint.TrainingId,
            Epoch = checkpoint.Epoch,
            Name = checkpoint.Name,
            Model = checkpoint.ModelId,
            Loss = report?.Loss,
            OutOfFold = report?.OutOfFold,
            CreatedAt = checkpoint.CreatedAt,
            FileUrl = $"/api/v1/checkpoints/{checkpoint.Id}/file",
        };
    }
}
