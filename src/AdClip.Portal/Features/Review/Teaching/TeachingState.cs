using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>What a person sees and can do who teaches the detector on one result.</summary>
public sealed class TeachingState(
    IDbContextFactory<PortalDb> dbs, TeachingLines lines, TeachingBench bench, Teacher teacher,
    LessonLabels labels, FeedbackTarget target, RunBoard runs, TimeProvider clock)
{
    private (Run Run, ImageRecord Image)? _target;

    /// <summary>What was taught so far; null until loaded, or where the run cannot be taught.</summary>
    public TeachingRecord? Record { get; private set; }

    /// <summary>Whether somebody marked the image as golden.</summary>
    public bool IsGolden { get; private set; }

    /// <summary>Names of the project's defect classes.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>The image as the newest version sees it; null: nobody teaches here now.</summary>
    public TaughtLook? Look { get; private set; }

    /// <summary>What is tried; null: nothing.</summary>
    public FeedbackPreview? Preview { get; private set; }

    /// <summary>What becomes of the golden images; null while it is compared.</summary>
    public GoldenComparison? Golden { get; private set; }

    /// <summary>The region that is chosen; null: none.</summary>
    public FeedbackRegion? Region { get; set; }

    /// <summary>The image's label, as it is now.</summary>
    public ImageLabel Label => _target?.Image.Label ?? ImageLabel.Unlabelled;

    public async Task LoadAsync(ScoredImage image, ClaimsPrincipal user)
    {
        End();
        Record = null;
        _target = await target.FindAsync(image.ResultId, user);
        if (_target is not var (run, record))
        {
            return;
        }
        await using var db = await dbs.CreateDbContextAsync();
        IsGolden = await GoldenSet.HoldsAsync(db, record.Id);
        Classes = await db.Set<DefectClassRecord>()
            .Where(known => known.ProjectId == run.ProjectId)
            .OrderBy(known => known.Name)
            .Select(known => known.Name)
            .ToListAsync();
        if (RunSettings.Parse(run.Settings).Tiles is null)
        {
            Record = await TeachingRecord.ReadAsync(db, await lines.FindAsync(run, CancellationToken.None), CancellationToken.None);
        }
    }

    /// <summary>Shows the image as the newest version sees it.</summary>
    /// <exception cref="Vision.RefusedInputException">A run in tiles, too few good images, or a model that is gone.</exception>
    public async Task BeginAsync()
    {
        var (run, image) = Target;
        Look = await bench.LookAsync(run, image, CancellationToken.None);
        await ReadAsync(Look.Line);
    }

    public void End()
    {
        Discard();
        (Look, Region) = (null, null);
    }

    /// <summary>Tries what somebody says of <see cref="Region"/>; <see cref="WaitForGoldenAsync"/> follows.</summary>
    /// <exception cref="Vision.RefusedInputException">Somebody was faster, or the region covers nothing.</exception>
    public async Task TryAsync(LessonKind kind)
    {
        var (run, image) = Target;
        var region = Region ?? throw new InvalidOperationException("No region is chosen.");
        Discard();
        Preview = await bench.TryAsync(run, image, kind, region, Look?.Line.Head?.Id, CancellationToken.None);
    }

    /// <summary>Waits until the golden images are compared; calls back now and then.</summary>
    public async Task WaitForGoldenAsync(Action changed)
    {
        if (Preview is not { } preview)
        {
            return;
        }
        while (await Task.WhenAny(preview.Golden, Task.Delay(TimeSpan.FromMilliseconds(300), clock)) != preview.Golden)
        {
            changed();
        }
        if (Preview == preview)
        {
            Golden = await preview.Golden;
            changed();
        }
    }

    public void Discard()
    {
        Preview?.Progress.Stop();
        (Preview, Golden) = (null, null);
    }

    /// <summary>Keeps what is tried.</summary>
    /// <param name="acceptsRegressions">Whether the person has seen the list of golden images that get worse.</param>
    /// <param name="shapeClass">Add the defect to the ground truth too; null: no.</param>
    /// <param name="marksGood">Label the image good too.</param>
    /// <exception cref="Vision.RefusedInputException">Somebody was faster, or golden images get worse and nobody has accepted it.</exception>
    public async Task KeepAsync(bool acceptsRegressions, string? shapeClass, bool marksGood, ClaimsPrincipal user)
    {
        var preview = Preview ?? throw new InvalidOperationException("Nothing is tried.");
        var lesson = await teacher.KeepAsync(preview, acceptsRegressions, user.UserId(), CancellationToken.None);
        (Preview, Golden, Region) = (null, null, null);
        await BeginAsync();
        if (shapeClass is not null)
        {
            await labels.AddShapeAsync(lesson, shapeClass, Author.Of(user), CancellationToken.None);
        }
        if (marksGood)
        {
            await labels.MarkGoodAsync(lesson, Author.Of(user), CancellationToken.None);
        }
    }

    /// <exception cref="Vision.RefusedInputException">Somebody was faster, or there is nothing to go back to.</exception>
    public Task UndoAsync(ClaimsPrincipal user) => MoveAsync((run, seen) => teacher.UndoAsync(run, seen, user.UserId(), CancellationToken.None));

    /// <exception cref="Vision.RefusedInputException">Somebody was faster, or nothing was undone.</exception>
    public Task RedoAsync(ClaimsPrincipal user) => MoveAsync((run, seen) => teacher.RedoAsync(run, seen, user.UserId(), CancellationToken.None));

    /// <exception cref="Vision.RefusedInputException">Nobody has labelled the image.</exception>
    public async Task MarkGoldenAsync(bool isGolden, ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == Target.Image.Id);
        await GoldenSet.MarkAsync(db, image, isGolden, clock.GetUtcNow(), user.UserId(), CancellationToken.None);
        IsGolden = isGolden;
    }

    /// <summary>Inspects the images of the run again with the version that holds.</summary>
    /// <exception cref="Vision.RefusedInputException">The images or the model are gone.</exception>
    public async Task<Run> InspectAgainAsync(Project project, ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var images = await RunBoard.ImagesOf(db, Target.Run.Id).Select(image => image.ImageId).ToListAsync();
        return await runs.StartAsync(
            project, new NewRun { Images = ImageChoice.Selection, ImageIds = images, Detector = Record!.Line.Head!.Id },
            user.UserId(), CancellationToken.None);
    }

    private (Run Run, ImageRecord Image) Target => _target ?? throw new InvalidOperationException("No result was loaded.");

    private async Task MoveAsync(Func<Run, Guid?, Task> moveAsync)
    {
        Discard();
        await moveAsync(Target.Run, Record?.Line.Head?.Id);
        await BeginAsync();
    }

    private async Task ReadAsync(TaughtLine line)
    {
        await using var db = await dbs.CreateDbContextAsync();
        Record = await TeachingRecord.ReadAsync(db, line, CancellationToken.None);
    }
}
