using System.Globalization;
using System.Security.Claims;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Vision;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Inspectors;

public static class InspectorsEndpoints
{
    private const float DefaultMapThreshold = 0.5f;

    public static void MapInspectors(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}").WithTags("Inspectors");
        ofProject.MapPost("/inspect", InspectAsync)
            .RequireAuthorization(Policies.Label)
            .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/*")
            .WithSummary("Look at one image now: verdict, score and boxes")
            .WithDescription(
                "multipart/form-data with one file, or the file itself as the body. Without model, references, referenceCount, tiles, detector "
                + "and threshold the project's inspector looks: its plan, good images and band; inspectorId and inspectorNumber name it and "
                + "index is the score on its scale. Where none is in use, and with any of these, it is a free inspection. Query: "
                + "detector (the id of a trained detector, which brings its own model and texts; its suggested threshold applies where none is saved), "
                + "model, references (none, allGood, firstGood), referenceCount, threshold (scores at or above it mean anomaly; "
                + "without it the one that was saved "
                + "in the project for scores of the same scoreIdentity: the same model, texts, good images, inspection area and tiles; where "
                + "there is none, any box does), mapThreshold (default 0.5), store=true to keep the image, tiles (off, auto or a side in "
                + "pixels; left out: off). Boxes are in pixels of the upright image.");
        ofProject.MapGet("/inspectors", ListAsync).WithSummary("Inspectors of the project, newest first");
        ofProject.MapPost("/inspectors", MakeAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Make an inspector of a run or of a trained detector")
            .WithDescription(
                "runId or detectorId, and perhaps a name. It takes the plan as it is and the band that was saved for such scores; where none "
                + "was, a band by rule from the labelled images of the run (5 % false rejects, 95 % recall), or what the training suggests.");
        ofProject.MapPost("/inspectors/{inspectorId:guid}/promote", PromoteAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Put an inspector into use; it has passed the gate against the one in use now")
            .WithDescription("reason says why. Golden images that get worse, or limits that are not kept, need acceptRegressions: true.");
        ofProject.MapPost("/inspectors/{inspectorId:guid}/rollback", RollBackAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Take the inspector in use out of it; the one before is in use again, which is the answer");
        ofProject.MapPost("/inspectors/{inspectorId:guid}/retire", RetireAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Put an inspector away; if it was in use, none is afterwards");

        var inspector = api.MapGroup("/inspectors/{inspectorId:guid}").WithTags("Inspectors");
        inspector.MapGet("/", GetAsync).WithSummary("One inspector: plan, band, look through the gate, all that became of it");
        inspector.MapPatch("/", RenameAsync).RequireAuthorization(Policies.Run).WithSummary("Give an inspector another name");
        inspector.MapPost("/check", CheckAsync).RequireAuthorization(Policies.Run)
            .WithSummary("Look at the golden images with an inspector and with the one in use")
            .WithDescription("Location names the inspector, whose check tells how far the job is and what it found.");
    }

    private static async Task<Results<Ok<List<InspectorAnswer>>, NotFound>> ListAsync(
        Guid projectId, ProjectAccess access, InspectorBoard board, ClaimsPrincipal user, CancellationToken cancel) =>
        await access.FindAsync(projectId, user, cancel) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok<List<InspectorAnswer>>([.. (await board.ListAsync(projectId, cancel)).Select(InspectorAnswer.Of)]);

    private static async Task<Results<Created<InspectorAnswer>, NotFound>> MakeAsync(
        Guid projectId, NewInspector request, ProjectAccess access, InspectorMaker maker, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, user, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        var made = request switch
        {
            { RunId: { } runId, DetectorId: null } => await maker.OfRunAsync(project, runId, request.Name, user.UserId(), cancel),
            { RunId: null, DetectorId: { } detectorId } => await maker.OfDetectorAsync(project, detectorId, request.Name, user.UserId(), cancel),
            _ => throw new RefusedInputException(
                RefusalCode.InspectorSourceAmbiguous, "An inspector is made of a run or of a trained detector; give runId or detectorId, and not both."),
        };
        return TypedResults.Created($"/api/v1/inspectors/{made.Id}", InspectorAnswer.Of(made));
    }

    private static async Task<Results<Ok<InspectorDetail>, NotFound>> GetAsync(
        Guid inspectorId, InspectorBoard board, GateBoard gate, JobTexts texts, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(inspectorId, user, cancel) is not { } inspector)
        {
            return TypedResults.NotFound();
        }
        return TypedResults.Ok(new InspectorDetail(
            InspectorAnswer.Of(inspector),
            [.. InspectionPlan.Parse(inspector.Plan).ReferenceImages.Select(reference => reference.Sha256)],
            await CheckOfAsync(inspector, board, gate, texts, cancel),
            [.. (await board.EventsAsync(inspector.ProjectId, cancel)).Where(change => change.InspectorId == inspectorId).Select(InspectorEventAnswer.Of)]));
    }

    private static async Task<Results<Ok<InspectorAnswer>, NotFound>> RenameAsync(
        Guid inspectorId, InspectorName request, InspectorBoard board, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(inspectorId, user, cancel) is null)
        {
            return TypedResults.NotFound();
        }
        await board.RenameAsync(inspectorId, request.Name, user.UserId(), cancel);
        return TypedResults.Ok(InspectorAnswer.Of((await board.FindAsync(inspectorId, user, cancel))!));
    }

    private static async Task<Results<Accepted<GateAnswer>, NotFound>> CheckAsync(
        Guid inspectorId, InspectorBoard board, GateBoard gate, JobTexts texts, ClaimsPrincipal user, CancellationToken cancel) =>
        await board.FindAsync(inspectorId, user, cancel) is { } inspector
            ? TypedResults.Accepted(
                $"/api/v1/inspectors/{inspectorId}", GateAnswer.Of(await gate.StartAsync(inspector, user.UserId(), cancel), report: null, texts))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<InspectorAnswer>, NotFound>> PromoteAsync(
        Guid projectId, Guid inspectorId, InspectorPromotion request, InspectorBoard board, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(inspectorId, user, cancel) is not { } inspector || inspector.ProjectId != projectId)
        {
            return TypedResults.NotFound();
        }
        await board.PromoteAsync(inspectorId, request.Reason, request.AcceptRegressions, user.UserId(), cancel);
        return TypedResults.Ok(InspectorAnswer.Of((await board.FindAsync(inspectorId, user, cancel))!));
    }

    private static async Task<Results<Ok<InspectorAnswer>, NotFound>> RollBackAsync(
        Guid projectId, Guid inspectorId, InspectorReason request, InspectorBoard board, ClaimsPrincipal user, CancellationToken cancel) =>
        await board.FindAsync(inspectorId, user, cancel) is { } inspector && inspector.ProjectId == projectId
            ? TypedResults.Ok(InspectorAnswer.Of(await board.RollBackAsync(inspectorId, request.Reason, user.UserId(), cancel)))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<InspectorAnswer>, NotFound>> RetireAsync(
        Guid projectId, Guid inspectorId, InspectorReason request, InspectorBoard board, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await board.FindAsync(inspectorId, user, cancel) is not { } inspector || inspector.ProjectId != projectId)
        {
            return TypedResults.NotFound();
        }
        await board.RetireAsync(inspectorId, request.Reason, user.UserId(), cancel);
        return TypedResults.Ok(InspectorAnswer.Of((await board.FindAsync(inspectorId, user, cancel))!));
    }

    private static async Task<GateAnswer?> CheckOfAsync(Inspector inspector, InspectorBoard board, GateBoard gate, JobTexts texts, CancellationToken cancel)
    {
        if (await gate.NewestAsync(inspector.Id, cancel) is not { } job)
        {
            return null;
        }
        var check = await board.CheckAsync(inspector, cancel);
        return GateAnswer.Of(job, check?.JobId == job.Id ? GateReport.Parse(check.Report) : null, texts);
    }

    private static async Task<Results<Ok<InspectAnswer>, NotFound, ProblemHttpResult>> InspectAsync(
        Guid projectId, string? model, string? references, int? referenceCount,
        float? threshold, float? mapThreshold, bool? store, string? tiles, Guid? detector,
        HttpContext http, ProjectAccess access, DirectInspection inspection, IStringLocalizer<InspectorsText> text, CancellationToken cancel)
    {
        if (await access.FindAsync(projectId, http.User, cancel) is not { } project)
        {
            return TypedResults.NotFound();
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // DirectInspection counts by itself, and says so in a sentence
        }
        if (!TryReadReferences(references, out var choice))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["ReferencesUnknown", references!]);
        }
        if (!TryReadTiles(tiles, out var cut))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["TilesUnknown", tiles!]);
        }
        var plan = new PlanRequest { Model = model, References = choice, ReferenceCount = referenceCount, Tiles = cut, Detector = detector };
        var request = new InspectRequest(
            plan, threshold, mapThreshold ?? DefaultMapThreshold, store == true,
            IsFree: model is not null || references is not null || referenceCount is not null || tiles is not null || detector is not null
                || threshold is not null);
        if (!http.Request.HasFormContentType)
        {
            return TypedResults.Ok(await inspection.InspectAsync(project, request, "image", http.Request.Body, http.User.UserId(), cancel));
        }
        if (await FirstFile.OpenAsync(http.Request, cancel) is not { } file)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: text["NoFile"]);
        }
        return TypedResults.Ok(await inspection.InspectAsync(project, request, file.Name, file.Content, http.User.UserId(), cancel));
    }

    // The framework reads enumerations in a query by their names in C# alone.
    private static bool TryReadReferences(string? references, out ReferenceChoice? choice)
    {
        choice = new[] { ReferenceChoice.None, ReferenceChoice.AllGood, ReferenceChoice.FirstGood }
            .Where(known => string.Equals(known.ToString(), references, StringComparison.OrdinalIgnoreCase))
            .Select(known => (ReferenceChoice?)known)
            .FirstOrDefault();
        return references is null || choice is not null;
    }

    private static bool TryReadTiles(string? tiles, out RunTiles? cut)
    {
        var isSide = int.TryParse(tiles, NumberStyles.None, CultureInfo.InvariantCulture, out var side);
        cut = isSide ? new RunTiles(side) : tiles == "auto" ? new RunTiles() : null;
        return isSide || tiles is null or "auto" or "off";
    }
}
