using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;

namespace AdClip.Portal.Features.Annotations;

/// <summary>Revisions as entity tags: what was read is named when it is saved, so that nobody overwrites what they have not seen.</summary>
internal static class RevisionTag
{
    public const string SaveIdHeader = "X-Save-Id";

    public static string Of(int revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>The revision in If-Match; a problem where it is missing or no revision.</summary>
    public static ProblemHttpResult? Expected(HttpContext http, IStringLocalizer<LabelerText> text, out int revision)
    {
        revision = 0;
        var header = http.Request.Headers.IfMatch.ToString();
        if (header.Length == 0)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status428PreconditionRequired, title: text["IfMatchMissing"]);
        }
        return EntityTagHeaderValue.TryParse(header, out var tag) && !tag.IsWeak
            && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out revision)
            ? null
            : TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["IfMatchInvalid", header]);
    }

    /// <summary>The caller's id of this save, a new one where there is none; a problem where it is no UUID.</summary>
    public static ProblemHttpResult? SaveId(HttpContext http, IStringLocalizer<LabelerText> text, out Guid saveId)
    {
        saveId = Guid.NewGuid();
        return http.Request.Headers.TryGetValue(SaveIdHeader, out var header) && !Guid.TryParse(header, out saveId)
            ? TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["SaveIdInvalid", header.ToString()])
            : null;
    }

    /// <summary>200 with the new revision, or 412 with the one that was there first.</summary>
    public static Results<Ok<SavedAnswer>, ProblemHttpResult, NotFound> Answer(HttpContext http, SaveOutcome outcome, string conflict)
    {
        http.Response.Headers.ETag = Of(outcome.Revision);
        return outcome.IsConflict
            ? TypedResults.Problem(
                statusCode: StatusCodes.Status412PreconditionFailed,
                title: conflict,
                extensions: new Dictionary<string, object?> { ["code"] = "Conflict", ["revision"] = outcome.Revision })
            : TypedResults.Ok(new SavedAnswer(outcome.Revision));
    }
}
