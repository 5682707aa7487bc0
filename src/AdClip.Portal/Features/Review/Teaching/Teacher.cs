using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Keeps lessons, takes them back and brings them again. The only writer of their tables.</summary>
public sealed class Teacher(IDbContextFactory<PortalDb> dbs, DetectorVersions versions, TimeProvider clock)
{
    /// <summary>Makes a version of what was tried. Durable when it returns; the lesson, its version and the move are stored together or not at all.</summary>
    /// <param name="acceptsRegressions">Whether the person has seen that right verdicts on golden images become wrong, and wants it still.</param>
    /// <exception cref="RefusedInputException">Somebody was faster, or golden images get worse and nobody has accepted it.</exception>
    public async Task<Lesson> KeepAsync(FeedbackPreview preview, bool acceptsRegressions, Guid userId, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(preview);
        var golden = await preview.Golden.WaitAsync(cancel);
        if (golden.Worse.Count > 0 && !acceptsRegressions)
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackRegressions,
                $"{golden.Worse.Count} golden images that were judged right would be judged wrong, "
                + $"{golden.Worse[0].FileName} among them; look at the list and accept it, or discard this.",
                golden.Worse.Count, golden.Worse[0].FileName);
        }
        var root = preview.Line.Root ?? await AddBaseAsync(preview, userId, cancel);
        var now = clock.GetUtcNow();
        Lesson? lesson = null;
        await versions.AddTaughtAsync(
            preview.Line.Head ?? root, preview.Said, preview.After, now, userId,
            async (db, version) =>
            {
                var history = await RequireLastAsync(db, root.Id, preview.Line.History.Steps, cancel);
                lesson = new Lesson
                {
                    ProjectId = version.ProjectId,
                    RootVersionId = root.Id,
                    VersionId = version.Id,
                    RunId = preview.Run.Id,
                    ImageId = preview.Image.Id,
                    Kind = preview.Kind,
                    X = preview.Bounds.X,
                    Y = preview.Bounds.Y,
                    Width = preview.Bounds.Width,
                    Height = preview.Bounds.Height,
                    Patches = preview.Said.Patches.Count,
                    ScoreBefore = preview.ScoreBefore,
                    ScoreAfter = preview.ScoreAfter,
                    Golden = golden.ToJson(),
                    CreatedAt = now,
                    CreatedBy = userId,
                };
                db.Add(lesson);
                db.Add(Step(root.Id, history, TeachingStepKind.Taught, version.Id, now, userId));
            },
            cancel);
        return lesson!;
    }

    /// <summary>Goes back to the version before.</summary>
    /// <exception cref="RefusedInputException">Somebody was faster, or there is nothing to go back to.</exception>
    public Task UndoAsync(Run run, Guid? seenId, Guid userId, CancellationToken cancel) => MoveAsync(
        run, seenId, TeachingStepKind.Undone,
        line => line.CanUndo ? line.Head?.ParentId : null,
        new RefusedInputException(RefusalCode.FeedbackNothingToUndo, "Nobody has taught this detector, so there is nothing to undo."), userId, cancel);

    /// <summary>Goes forward to what was undone last.</summary>
    /// <exception cref="RefusedInputException">Somebody was faster, or nothing was undone.</exception>
    public Task RedoAsync(Run run, Guid? seenId, Guid userId, CancellationToken cancel) => MoveAsync(
        run, seenId, TeachingStepKind.Redone, line => line.History.RedoId,
        new RefusedInputException(RefusalCode.FeedbackNothingToRedo, "Nothing was undone since the last lesson, so there is nothing to redo."), userId, cancel);

    private async Task MoveAsync(
        Run run, Guid? seenId, TeachingStepKind kind, Func<TaughtLine, Guid?> target,
        RefusedInputException nowhere, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
        var line = await TeachingLines.FindAsync(db, run, cancel);
        line.RequireSeen(seenId);
        var versionId = target(line) ?? throw nowhere;
        db.Add(Step(line.Root!.Id, line.History.Steps, kind, versionId, clock.GetUtcNow(), userId));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    // Remembered by itself: whoever teaches on such a run next begins there, even if this lesson comes to nothing.
    private async Task<DetectorVersion> AddBaseAsync(FeedbackPreview preview, Guid userId, CancellationToken cancel)
    {
        var fitted = preview.Base ?? throw new InvalidOperationException("A line without a root has a fitted base.");
        var line = preview.Line;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            if (await db.Set<TeachingBase>().AnyAsync(kept => kept.ProjectId == line.ProjectId && kept.Key == line.BaseKey, cancel))
            {
                throw TaughtLine.Moved();
            }
        }
        var report = new VersionReport
        {
            Good = fitted.Sha256s.Count,
            Anomalies = 0,
            Drawn = 0,
            Classes = [],
            Unreadable = 0,
            LeftOut = 0,
            AreaUnderRoc = null,
            AveragePrecision = null,
            F1 = null,
            Threshold = null,
            Options = fitted.Options,
            Fit = fitted.Detector.Report,
            Advice = [],
            EncodedImages = 0,
            Seconds = fitted.Taken.TotalSeconds,
            AreaRevision = preview.Run.AreaRevision,
        };
        try
        {
            return await versions.AddAsync(
                line.ProjectId,
                fitted.Detector,
                (number, blob) => new DetectorVersion
                {
                    ProjectId = line.ProjectId,
                    Number = number,
                    JobId = null,
                    ModelId = line.ModelId,
                    ModelName = fitted.ModelName,
                    EncoderId = fitted.EncoderId,
                    ImageSize = line.ImageSize,
                    ObjectName = preview.Run.ObjectName,
                    Kind = DetectorKind.Fitted,
                    ParentId = null,
                    Blob = blob,
                    Report = report.ToJson(),
                    CreatedAt = clock.GetUtcNow(),
                    CreatedBy = userId,
                },
                LearnedFrom.Of(fitted.Sha256s, fitted.Detector.Report),
                cancel,
                (db, version) => db.Add(new TeachingBase { ProjectId = line.ProjectId, Key = line.BaseKey, VersionId = version.Id }));
        }
        catch (DbUpdateException)
        {
            // Somebody stored the same base between the look and the write.
            throw TaughtLine.Moved();
        }
    }

    private static async Task<int> RequireLastAsync(PortalDb db, Guid rootId, int seenSteps, CancellationToken cancel)
    {
        var last = await db.Set<TeachingStep>().Where(step => step.RootVersionId == rootId).MaxAsync(step => (int?)step.Number, cancel) ?? 0;
        return last == seenSteps ? last : throw TaughtLine.Moved();
    }

    private static TeachingStep Step(Guid rootId, int last, TeachingStepKind kind, Guid versionId, DateTimeOffset now, Guid userId) =>
        new() { RootVersionId = rootId, Number = last + 1, Kind = kind, VersionId = versionId, MovedAt = now, MovedBy = userId };
}
