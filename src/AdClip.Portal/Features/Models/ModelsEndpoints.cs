using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Adding;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdClip.Portal.Features.Models;

public static class ModelsEndpoints
{
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapGet("/", ListAsync).WithSummary("Models that runs can use");
        models.MapPut("/uploads/{uploadId:guid}/files/{fileName}", UploadAsync).RequireAuthorization(Policies.Administer)
            .WithSummary("Upload one file of a new model; the body is the file. Choose any uploadId and use it for all its files")
            .Accepts<Stream>("application/octet-stream");
        models.MapPost("/uploads/{uploadId:guid}/commit", CommitAsync).RequireAuthorization(Policies.Administer)
            .WithSummary("Make the uploaded files a model")
            .WithDescription(
                "sameWeightsAs of the answer names models that have the same weights. With allowSame=false such files are refused, and "
                + "stay: commit them again with allowSame=true, or leave them.");
        models.MapPost("/imports", ImportAsync)
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Add a model from the server's disk or from the hub; answers with a job");
        models.MapPost("/{modelId}/measurements", MeasureAsync)
            .RequireAuthorization(Policies.Run)
            .WithSummary("Measure the model's speed on this server; answers with a job");
        models.MapDelete("/{modelId}", DeleteAsync)
            .RequireAuthorization(Policies.Administer)
            .WithSummary("Delete a model's files; results of its runs stay")
            .WithDescription(
                "Refused while runs or jobs with it are under way or wait, and, unless anyway=true, where projects, detectors or learned "
                + "texts need it; the answer says which.");

        var cache = api.MapGroup("/token-cache").WithTags("Models").RequireAuthorization(Policies.Administer);
        cache.MapGet("/", (TokenCache tokens) => TypedResults.Ok(tokens.State()))
            .WithSummary("Size of the kept tokens, and how often they helped since the server started");
        cache.MapDelete("/", ClearCache).WithSummary("Delete all kept tokens; they are made again when they are needed");
    }

    private static NoContent ClearCache(TokenCache tokens)
    {
        tokens.Clear();
        return TypedResults.NoContent();
    }

    private static async Task<Ok<List<ModelAnswer>>> ListAsync(ModelCatalog catalog, ModelsState state, CancellationToken cancel) =>
        TypedResults.Ok((await catalog.ListAsync(cancel)).Select(model => ModelAnswer.Of(model, state.FactsOf(model))).ToList());

    private static async Task<Results<Accepted<JobView>, NotFound>> MeasureAsync(
        string modelId, ModelCatalog catalog, ModelsState state, ClaimsPrincipal user, CancellationToken cancel) =>
        (await catalog.ListAsync(cancel)).FirstOrDefault(model => model.Id == modelId) is { } model
            ? TypedResults.Accepted((string?)null, await state.MeasureAsync(model, user.UserId()))
            : TypedResults.NotFound();

    private static async Task<NoContent> UploadAsync(Guid uploadId, string fileName, ModelUpload upload, HttpContext http, CancellationToken cancel)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // ModelUpload counts by itself, and says so in a sentence
        }
        await upload.PutAsync(uploadId, fileName, http.Request.Body, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Created<ModelAnswer>> CommitAsync(
        Guid uploadId, NewModel request, ModelUpload upload, ModelsState state, CancellationToken cancel)
    {
        var (model, same) = await upload.CommitAsync(uploadId, request.Name, request.AllowSame, cancel);
        return TypedResults.Created($"/api/v1/models/{model.Id}", ModelAnswer.Of(model, state.FactsOf(model)) with { SameWeightsAs = same });
    }

    private static async Task<Accepted<JobView>> ImportAsync(ImportRequest request, ModelsState state, ClaimsPrincipal user) =>
        TypedResults.Accepted((string?)null, await state.ImportAsync(request.Source, request.Location, request.Name, user.UserId()));

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        string modelId, bool? anyway, ModelCatalog catalog, ModelsState state, CancellationToken cancel)
    {
        if ((await catalog.ListAsync(cancel)).FirstOrDefault(model => model.Id == modelId) is not { } model)
        {
            return TypedResults.NotFound();
        }
        await state.DeleteAsync(model, isAgreed: anyway == true);
        return TypedResults.NoContent();
    }
}

/// <summary>What a new model shall be called.</summary>
/// <param name="AllowSame">Whether it is added though the same weights are there already.</param>
public sealed record NewModel(string Name, bool AllowSame = true);

/// <summary>A model to be added from elsewhere.</summary>
public sealed record ImportRequest(ModelSource Source, string Location, string Name);

/// <summary>A model as the API shows it.</summary>
public sealed record ModelAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required bool IsEmbedded { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required string Kind { get; init; }

    public required bool HasWords { get; init; }

    public required bool HasEightBit { get; init; }

    public required int PatchSize { get; init; }

    public required int VisionLayers { get; init; }

    public required int VisionWidth { get; init; }

    public required int EmbedWidth { get; init; }

    public required long Parameters { get; init; }

    public required int RecommendedImageSize { get; init; }

    public required int Dpam { get; init; }

    public required string Layers { get; init; }

    public required string? Licence { get; init; }

    public required double? MillisecondsPerImage { get; init; }

    public required DeviceFacts Execution { get; init; }

    /// <summary>Names of other models with the same weights, where one was added just now.</summary>
    public IReadOnlyList<string> SameWeightsAs { get; init; } = [];

    public static ModelAnswer Of(ModelRecord model, DeviceFacts execution) => new()
    {
        Id = model.Id,
        Name = model.Name,
        IsEmbedded = model.IsEmbedded,
        Sha256 = model.Sha256,
        Bytes = model.Bytes,
        Kind = model.Kind,
        HasWords = model.HasWords,
        HasEightBit = model.HasEightBit,
        PatchSize = model.PixelsPerToken,
        VisionLayers = model.EncoderLayers,
        VisionWidth = model.StreamWidth,
        EmbedWidth = model.TokenWidth,
        Parameters = model.Parameters,
        RecommendedImageSize = model.RecommendedImageSize,
        Dpam = model.Dpam,
        Layers = model.Layers,
        Licence = model.Licence,
        MillisecondsPerImage = model.MillisecondsPerImage,
        Execution = execution,
    };
}
