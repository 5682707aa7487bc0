using System.Security.Claims;
using System.Text;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.GroundTruth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Annotations;

public static class AnnotationsEndpoints
{
    private const int MostLabels = 10_000;
    private const long MostBytes = 64L * 1024 * 1024;

    public static void MapAnnotations(this RouteGroupBuilder api)
    {
        var image = api.MapGroup("/images/{imageId:guid}").WithTags("Annotations");
        image.MapGet("/annotations", GetAsync).Produces<string>(StatusCodes.Status200OK, "application/json")
            .WithSummary("The image's ground truth; ETag is its revision, \"0\" when nobody has annotated it");
        image.MapPut("/annotations", PutAsync).RequireAuthorization(Policies.Label)
            .Accepts<string>("application/json")
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired)
            .WithSummary("Save a new revision of the image's ground truth")
            .WithDescription(
                "If-Match names the revision that the document was made from; 412 when there is a newer one. "
                + "X-Save-Id (a UUID of the caller's choice) makes a repeated request save once.");
        image.MapGet("/annotations/revisions", HistoryAsync).WithSummary("Revisions of the image's ground truth, newest first");
        image.MapGet("/annotations/revisions/{revision:int}", RevisionAsync)
            .Produces<string>(StatusCodes.Status200OK, "application/json")
            .WithSummary("The ground truth as it was in a revision");
        image.MapPost("/annotations/restore", RestoreAsync).RequireAuthorization(Policies.Label)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Make an earlier revision the newest; If-Match as for PUT");
        image.MapPost("/mask", MaskAsync).RequireAuthorization(Policies.Label)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Add the pixels of a mask picture as a shape of a class");

        var project = api.MapGroup("/projects/{projectId:guid}").WithTags("Annotations");
        project.MapPost("/labels", LabelAsync).RequireAuthorization(Policies.Label).WithSummary("Label many images good, anomaly or unlabelled");
        project.MapGet("/classes", ClassesAsync).WithSummary("The project's defect classes");
        project.MapPut("/classes/{name}", PutClassAsync).RequireAuthorization(Policies.Label).WithSummary("Add or change a defect class");
        project.MapDelete("/classes/{name}", DeleteClassAsync).RequireAuthorization(Policies.Label).WithSummary("Delete a defect class that no shape carries");
    }

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult, NotFound>> GetAsync(
        Guid imageId, HttpContext http, ImageAccess access, GroundTruthStore store, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        var tag = RevisionTag.Of(image.AnnotationRevision);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        return http.Request.Headers.IfNoneMatch.ToString() == tag
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Content(await store.DocumentAsync(image, cancel), "application/json", Encoding.UTF8);
    }

    private static async Task<Results<Ok<SavedAnswer>, ProblemHttpResult, NotFound>> PutAsync(
        Guid imageId, HttpContext http, ImageAccess access, GroundTruthStore store, IStringLocalizer<LabelerText> text, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        if (RevisionTag.Expected(http, text, out var expected) is { } refused)
        {
            return refused;
        }
        if (RevisionTag.SaveId(http, text, out var saveId) is { } wrong)
        {
            return wrong;
        }
        if (http.Request.ContentLength > MostBytes)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status413PayloadTooLarge, title: text["DocumentTooLarge", http.Request.ContentLength, MostBytes]);
        }
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var wanted = GroundTruthJson.ReadImage(await reader.ReadToEndAsync(cancel));
        return Answered(http, text, await store.SaveAsync(image, wanted, expected, saveId, Author.Of(http.User), cancel));
    }

    private static async Task<Results<Ok<List<RevisionAnswer>>, NotFound>> HistoryAsync(
        Guid imageId, ImageAccess access, GroundTruthStore store, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(imageId, user, cancel) is null ? TypedResults.NotFound() : TypedResults.Ok(await store.HistoryAsync(imageId, cancel));

    private static async Task<Results<ContentHttpResult, NotFound>> RevisionAsync(
        Guid imageId, int revision, ImageAccess access, GroundTruthStore store, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(imageId, user, cancel) is { } image && await store.DocumentAsync(image, revision, cancel) is { } document
            ? TypedResults.Content(document, "application/json", Encoding.UTF8)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<SavedAnswer>, ProblemHttpResult, NotFound>> RestoreAsync(
        Guid imageId, RestoreRequest request, HttpContext http, ImageAccess access,
        GroundTruthStore store, IStringLocalizer<LabelerText> text, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image
            || await store.DocumentAsync(image, request.Revision, cancel) is not { } document)
        {
            return TypedResults.NotFound();
        }
        return RevisionTag.Expected(http, text, out var expected) is { } refused
            ? refused
            : Answered(http, text, await store.SaveAsync(image, GroundTruthJson.ReadImage(document), expected, Guid.NewGuid(), Author.Of(http.User), cancel));
    }

    private static async Task<Results<Ok<MaskAnswer>, ProblemHttpResult, NotFound>> MaskAsync(
        Guid imageId, IFormFile file, string? defectClass, HttpContext http, ImageAccess access,
        MaskImport masks, IStringLocalizer<LabelerText> text, CancellationToken cancel)
    {
        if (await access.FindAsync(imageId, http.User, cancel) is not { } image)
        {
            return TypedResults.NotFound();
        }
        var className = defectClass ?? text["DefaultClass"];
        if (!DefectClasses.IsName(className))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["ClassNameInvalid", className, DefectClassTable.MaxName]);
        }
        await using var content = file.OpenReadStream();
        var imported = await masks.ImportAsync(image, content, className, Author.Of(http.User), cancel);
        string[] warnings =
        [
            .. imported.IsEmpty ? [text["MaskEmpty"].Value] : Array.Empty<string>(),
            .. imported.IsMostlyDefect ? [text["MaskInverted"].Value] : Array.Empty<string>(),
        ];
        return TypedResults.Ok(new MaskAnswer(imported.Revision, imported.DefectPixels, imported.Threshold, warnings));
    }

    private static async Task<Results<Ok<LabelsAnswer>, ProblemHttpResult, NotFound>> LabelAsync(
        Guid projectId, LabelsRequest request, ProjectAccess access, GroundTruthStore store,
        IStringLocalizer<LabelerText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        ImageLabel? label = request.Label switch
        {
            "good" => ImageLabel.Good,
            "anomaly" => ImageLabel.Anomaly,
            "unlabelled" => ImageLabel.Unlabelled,
            _ => null,
        };
        if (label is null || request.ImageIds is not { Count: > 0 and <= MostLabels })
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["LabelsInvalid", MostLabels]);
        }
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var (labelled, left) = await store.LabelAsync(projectId, request.ImageIds, label.Value, Author.Of(user), cancel);
        return TypedResults.Ok(new LabelsAnswer(labelled, left));
    }

    private static async Task<Results<Ok<List<ClassAnswer>>, NotFound>> ClassesAsync(
        Guid projectId, ProjectAccess access, DefectClasses classes, IStringLocalizer<LabelerText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var uses = await classes.UsesAsync(projectId, cancel);
        var known = await classes.ListAsync(projectId, text["DefaultClass"], cancel);
        return TypedResults.Ok(known.Select(c => new ClassAnswer(c.Name, c.Color, c.Hotkey, uses.GetValueOrDefault(c.Name))).ToList());
    }

    private static async Task<Results<NoContent, ProblemHttpResult, NotFound>> PutClassAsync(
        Guid projectId, string name, ClassRequest request, ProjectAccess access, DefectClasses classes,
        IStringLocalizer<LabelerText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (!DefectClasses.IsName(name))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["ClassNameInvalid", name, DefectClassTable.MaxName]);
        }
        if (!DefectClasses.IsColor(request.Color) || !DefectClasses.IsHotkey(request.Hotkey))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["ClassInvalid", request.Color ?? "", request.Hotkey ?? ""]);
        }
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await classes.PutAsync(projectId, new DefectClass(name, request.Color!, request.Hotkey), cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult, NotFound>> DeleteClassAsync(
        Guid projectId, string name, ProjectAccess access, DefectClasses classes,
        IStringLocalizer<LabelerText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        var uses = await classes.UsesAsync(projectId, name, cancel);
        if (uses > 0)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: text["ClassCarried", name, uses]);
        }
        return await classes.DeleteAsync(projectId, name, cancel) ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static Results<Ok<SavedAnswer>, ProblemHttpResult, NotFound> Answered(HttpContext http, IStringLocalizer<LabelerText> text, SaveOutcome outcome) =>
        RevisionTag.Answer(http, outcome, text["Conflict", outcome.Revision]);
}

/// <summary>The revision that a save made.</summary>
public sealed record SavedAnswer(int Revision);

/// <summary>One revision of an image's ground truth.</summary>
public sealed record RevisionAnswer(int Revision, string Label, int ShapeCount, string Author, DateTimeOffset SavedAt);

public sealed record RestoreRequest(int Revision);

/// <summary>What came of a mask picture: pixels brighter than the threshold are the defect.</summary>
public sealed record MaskAnswer(int Revision, long DefectPixels, int Threshold, IReadOnlyList<string> Warnings);

/// <summary>Label: good, anomaly or unlabelled.</summary>
public sealed record LabelsRequest(IReadOnlyList<Guid>? ImageIds, string? Label);

/// <summary>Images that carry the label now, and those that could not take it: they have shapes, were changed meanwhile, or are not of this project.</summary>
public sealed record LabelsAnswer(IReadOnlyList<Guid> Labelled, IReadOnlyList<Guid> Left);

public sealed record ClassRequest(string? Color, string? Hotkey);

/// <summary>A defect class and how many shapes carry it.</summary>
public sealed record ClassAnswer(string Name, string Color, string? Hotkey, int Shapes);
