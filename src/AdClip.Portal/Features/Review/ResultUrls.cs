using System.Globalization;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Shell;

namespace AdClip.Portal.Features.Review;

/// <summary>Addresses of results that keep the list in which they were found.</summary>
public static class ResultUrls
{
    public static string Of(ReviewState state, ScoredImage image) => string.Create(
        CultureInfo.InvariantCulture,
        $"{PortalUrls.Result(state.Scores!.Run.ProjectId, state.Scores.Run.Id, image.ImageId)}"
        + $"?filter={state.Filter}&order={state.Order}{BandQuery.Of(state.Band)}");
}
