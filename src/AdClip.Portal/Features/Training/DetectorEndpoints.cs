using System.Security.Claims;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Shell.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdClip.Portal.Features.Training;

internal static class DetectorEndpoints
{
    public static void MapDetectors(this RouteGroupBuilder api)
    {
        var detector = api.MapGroup("/detectors/{detectorId:guid}").WithTags("Training");
        detector.MapPatch("/", RenameAsync).RequireAuthorization(Policies.Run).WithSummary("Give a trained detector a name");
        detector.MapDelete("/", DeleteAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Delete a trained detector; refused with what uses it");
        detector.MapGet("/file", FileAsync).WithSummary("The fitted detector as a file, with what it was taught since");
    }

    private static async Task<Results<Ok<DetectorAnswer>, NotFound>> RenameAsync(
        Guid detectorId, DetectorName request, DetectorVersions versions, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await versions.FindAsync(detectorId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await versions.RenameAsync(detectorId, request.Name, cancel);
        return TypedResults.Ok(DetectorAnswer.Of((await versions.FindAsync(detectorId, user, cancel))!));
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        Guid detectorId, DetectorVersions versions, IEnumerable<IDetectorUses> uses, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await versions.FindAsync(detectorId, user, cancel) is not { } version)
        {
            return TypedResults.NotFound();
        }
        await versions.DeleteAsync(version, uses, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Results<FileContentHttpResult, NotFound>> FileAsync(
        Guid detectorId, DetectorVersions versions, DetectorPool detectors, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await versions.FindAsync(detectorId, user, cancel) is not { } version)
        {
            return TypedResults.NotFound();
        }
        using var lease = await detectors.RentAsync(version.ModelId, version.ImageSize, cancel);
        var fitted = await versions.OpenAsync(version, lease.Detector, cancel);
        using var file = new MemoryStream();
        fitted.Write(file);
        return TypedResults.Bytes(file.GetBuffer().AsMemory(0, (int)file.Length), "application/octet-stream", $"detector-{version.Number}.safetensors");
    }
}

/// <summary>A name for a trained detector; null: none.</summary>
public sealed record DetectorName(string? Name = null);
