using System.Security.Claims;
using System.Text;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Shell.Refusals;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AdClip.Portal.Features.Images;

public static class ImagesEndpoints
{
    private const int MostItems = 500;
    private const int MostPathBytes = 16 * 1024;
    private const int MostSplits = 10_000;

    public static void MapImages(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}/images").WithTags("Images");
        ofProject.MapPost("/", UploadAsync)
            .RequireAuthorization(Policies.Label)
            .Accepts<IFormFileCollection>("multipart/form-data")
            .Produces<UploadAnswer>()
            .Produces<UploadAnswer>(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Upload images, masks in MVTec folders, or zip archives of them")
            .WithDescription(
                "Each file is confirmed or refused by itself. A form field named path before a file gives its folders "
                + "and name. Sending a file again answers duplicate with the same id. 422 when no file was taken.");
        ofProject.MapGet("/", ListAsync)
            .WithSummary(
                "Images of a project, oldest first; label=unlabelled|good|anomaly, split=unassigned|train|test, "
                + "status=active|deleted, name=part, after=id, limit=1..500");
        ofProject.MapPost("/split", SplitAsync)
            .RequireAuthorization(Policies.Label)
            .WithSummary("Give images a split: train to learn from, test to be kept for judging, or unassigned");

        var image = api.MapGroup("/images/{imageId:guid}").WithTags("Images");
        image.MapGet("/", GetAsync).WithSummary("One image's facts");
        image.MapGet("/original", OriginalAsync).WithSummary("The bytes as they were uploaded; ranges are served; download=true asks the browser to save them");
        image.MapGet("/thumbnail", ThumbnailAsync).WithSummary("A small WebP without metadata");
        image.MapGet("/display", DisplayAsync)
            .WithSummary("What a browser can show: the original, or an upright 8-bit PNG of it; its pixels are the frame of every coordinate");
        image.MapDelete("/", DeleteAsync).RequireAuthorization(Policies.Label).WithSummary("Put the image away; restore brings it back");
        image.MapPost("/restore", RestoreAsync).RequireAuthorization(Policies.Label).WithSummary("Bring a deleted image back");
    }

    private static async Task<Results<JsonHttpResult<UploadAnswer>, ProblemHttpResult, NotFound>> UploadAsync(
        Guid projectId,
        HttpContext http,
        ProjectAccess access,
        ImageUpload upload,
        IOptions<ImagesOptions> options,
        IStringLocalizer<ImagesText> text,
        IStringLocalizer<RefusalText> refusals,
        CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, http.User, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status415UnsupportedMediaType, title: text["NotMultipart"]);
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = options.Value.MaxRequestMebibytes * 1024L * 1024L;
        }
        var outcomes = new List<UploadOutcome>();
        try
        {
            var reader = new MultipartReader(boundary.Value!, http.Request.Body);
            string? path = null;
            while (await reader.ReadNextSectionAsync(cancel) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    continue;
                }
                if (disposition.IsFileDisposition())
                {
                    outcomes.Add(await upload.TakeAsync(projectId, http.User.UserId(), path ?? NameOf(disposition), section.Body, cancel));
                    path = null;
                }
                else if (HeaderUtilities.RemoveQuotes(disposition.Name) == "path")
                {
                    path = await ReadTextAsync(section.Body, cancel);
                }
            }
        }
        catch (Exception broken) when (
            broken is InvalidDataException
            || (broken is IOException and not BadHttpRequestException && broken.Message.Contains("Unexpected end", StringComparison.Ordinal)))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["BrokenMultipart"]);
        }
        if (outcomes.Count == 0)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["NoFiles"]);
        }
        var answer = UploadAnswer.Of(outcomes, text, refusals);
        return TypedResults.Json(
            answer, statusCode: answer.Accepted + answer.Duplicates > 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>The extended form is exact; the plain one is what browsers send.</summary>
    private static string NameOf(ContentDispositionHeaderValue disposition) =>
        disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value! : HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "";

    private static async Task<string> ReadTextAsync(Stream body, CancellationToken cancel)
    {
        var bytes = new byte[MostPathBytes];
        var read = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private static async Task<Results<Ok<ImagePage>, ValidationProblem, NotFound>> ListAsync(
        Guid projectId,
        string? label,
        string? split,
        string? status,
        string? name,
        string? after,
        int? limit,
        ProjectAccess access,
        IDbContextFactory<PortalDb> dbs,
        IStringLocalizer<ImagesText> text,
        ClaimsPrincipal user,
        CancellationToken cancel)
    {
        ImageLabel? wanted = label switch
        {
            null or "" => null,
            "unlabelled" => ImageLabel.Unlabelled,
            "good" => ImageLabel.Good,
            "anomaly" => ImageLabel.Anomaly,
            _ => (ImageLabel)(-1),
        };
        var wrong = new Dictionary<string, string[]>();
        if (wanted == (ImageLabel)(-1))
        {
            wrong["label"] = [text["UnknownLabel", label!]];
        }
        var part = ImageAnswer.SplitOf(split);
        if (part is null && !string.IsNullOrEmpty(split))
        {
            wrong["split"] = [text["UnknownSplit", split]];
        }
        if (status is not (null or "" or "active" or "deleted"))
        {
            wrong["status"] = [text["UnknownStatus", status]];
        }
        Guid last = default;
        if (!string.IsNullOrEmpty(after) && !Guid.TryParse(after, out last))
        {
            wrong["after"] = [text["UnknownAfter", after]];
        }
        if (limit is < 1 or > MostItems)
        {
            wrong["limit"] = [text["LimitRange", MostItems, limit]];
        }
        if (wrong.Count > 0)
        {
            return TypedResults.ValidationProblem(wrong);
        }
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var passing = new ImageFilter(wanted, name, Deleted: status == "deleted", Split: part).Of(db.Set<ImageRecord>().AsNoTracking(), projectId);
        if (last != default)
        {
            passing = passing.Where(image => image.Id > last);
        }
        var count = limit ?? 100;
        var images = await passing.OrderBy(image => image.Id).Take(count).ToListAsync(cancel);
        return TypedResults.Ok(new ImagePage([.. images.Select(ImageAnswer.Of)], images.Count == count ? images[^1].Id : null));
    }

    private static async Task<Results<Ok<SplitAnswer>, ValidationProblem, NotFound>> SplitAsync(
        Guid projectId, SplitRequest request, ProjectAccess access, ImageSplits splits, IDbContextFactory<PortalDb> dbs,
        IStringLocalizer<ImagesText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        if (ImageAnswer.SplitOf(request.Split) is not { } split)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["split"] = [text["UnknownSplit", request.Split ?? ""]] });
        }
        if (request.ImageIds is not { Count: > 0 and <= MostSplits } ids)
        {
            return TypedResults.ValidationProblem(
                new Dictionary<string, string[]> { ["imageIds"] = [text["SplitImagesRange", MostSplits, request.ImageIds?.Count ?? 0]] });
        }
        var changed = await splits.AssignAsync(projectId, ids, split, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var known = await db.Set<ImageRecord>()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null && ids.Contains(image.Id))
            .Select(image => image.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(new SplitAnswer(changed.Count, [.. ids.Except(known)]));
    }

    private static async Task<Results<Ok<ImageAnswer>, NotFound>> GetAsync(Guid imageId, ImageAccess access, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(imageId, user, cancel) is { } image ? TypedResults.Ok(ImageAnswer.Of(image)) : TypedResults.NotFound();

    private static async Task<Results<PhysicalFileHttpResult, NotFound>> OriginalAsync(
        Guid imageId, bool? download, HttpContext http, ImageAccess access, BlobStore blobs, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        Describe(http, image.FileName, download == true);
        return TypedResults.PhysicalFile(blobs.PathOf(image.Sha256), image.MediaType, entityTag: Tag(image.Sha256, "original"), enableRangeProcessing: true);
    }

    private static async Task<Results<PhysicalFileHttpResult, NotFound>> ThumbnailAsync(
        Guid imageId, HttpContext http, ImageAccess access, DerivedImages derived, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        Describe(http, FolderLayout.StemOf(image.FileName) + ".webp", download: false);
        return TypedResults.PhysicalFile(
            await derived.ThumbnailAsync(image.Sha256, cancel), DerivedImages.ThumbnailMediaType, entityTag: Tag(image.Sha256, "thumbnail"));
    }

    private static async Task<Results<PhysicalFileHttpResult, NotFound>> DisplayAsync(
        Guid imageId, HttpContext http, ImageAccess access, BlobStore blobs, DerivedImages derived, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        if (!image.NeedsRendition)
        {
            Describe(http, image.FileName, download: false);
            return TypedResults.PhysicalFile(
                blobs.PathOf(image.Sha256), image.MediaType, entityTag: Tag(image.Sha256, "original"), enableRangeProcessing: true);
        }
        Describe(http, FolderLayout.StemOf(image.FileName) + ".png", download: false);
        return TypedResults.PhysicalFile(
            await derived.DisplayAsync(image.Sha256, cancel), DerivedImages.DisplayMediaType,
            entityTag: Tag(image.Sha256, "display"), enableRangeProcessing: true);
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        Guid imageId, ImageAccess access, ImageDeletion deletion, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, user, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        await deletion.DeleteAsync(image.ProjectId, [imageId], cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFound>> RestoreAsync(
        Guid imageId, ImageAccess access, ImageDeletion deletion, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, user, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        await deletion.RestoreAsync(image.ProjectId, [imageId], cancel);
        return TypedResults.NoContent();
    }

    private static EntityTagHeaderValue Tag(string sha256, string form) => new($"\"{sha256}-{form}\"");

    /// <summary>Content never changes under an image's id; only this browser may keep it. The name is given back exactly (RFC 6266).</summary>
    private static void Describe(HttpContext http, string fileName, bool download)
    {
        var disposition = new ContentDispositionHeaderValue(download ? "attachment" : "inline");
        disposition.SetHttpFileName(fileName);
        http.Response.Headers.ContentDisposition = disposition.ToString();
        http.Response.Headers.CacheControl = "private, max-age=86400";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        // A picture opened by itself must not be able to do anything, whatever it contains.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
    }
}
