using System.Security.Claims;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation.OutOfFold;

public static class OutOfFoldEndpoints
{
    public static void MapOutOfFold(this RouteGroupBuilder api) =>
        api.MapGroup("/detectors/{detectorId:guid}").WithTags("Training").MapGet("/out-of-fold", GetAsync)
            .WithSummary(
                "A trained detector on the images that it learned from, each judged by a fit that had not seen it: "
                + "curve, outcomes at a threshold (left out: the suggested one), and the score of every image");

    private static async Task<Results<Ok<OutOfFoldAnswer>, NotFound, ValidationProblem>> GetAsync(
        Guid detectorId, double? threshold, DetectorVersions versions, IDbContextFactory<PortalDb> dbs,
        IStringLocalizer<EvaluationText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (threshold is { } asked && !double.IsFinite(asked))
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["threshold"] = [text["ThresholdNotFinite", asked]] });
        }
        if (await versions.FindAsync(detectorId, user, cancel) is not { } version)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return TypedResults.Ok(OutOfFoldAnswer.Of(await OutOfFoldJudgement.ReadAsync(db, version, cancel), threshold));
    }
}
