using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>An image as the detector that holds sees it.</summary>
/// <param name="MapUrl">Its map, on the <see cref="MapShelf"/>.</param>
/// <param name="Scale">On which people see scores, also after what they teach.</param>
public sealed record TaughtLook(TaughtLine Line, double Score, string MapUrl, ScoreScale? Scale);

/// <summary>What a detector would be after somebody spoke of a region; nothing of it is stored until <see cref="Teacher.KeepAsync"/>.</summary>
public sealed record FeedbackPreview
{
    public required Run Run { get; init; }

    public required ImageRecord Image { get; init; }

    public required LessonKind Kind { get; init; }

    public required TaughtLine Line { get; init; }

    /// <summary>The detector that was fitted to the run's good images; null where it is stored.</summary>
    public required FittedBase? Base { get; init; }

    public required FittedDetector After { get; init; }

    public required RegionFeedback Said { get; init; }

    /// <summary>The box around the region, in pixels of the stored image.</summary>
    public required ImageRectangle Bounds { get; init; }

    public required double ScoreBefore { get; init; }

    public required double ScoreAfter { get; init; }

    public required string BeforeUrl { get; init; }

    public required string AfterUrl { get; init; }

    /// <summary>What becomes of the golden images; still running for a moment.</summary>
    public required Task<GoldenComparison> Golden { get; init; }

    /// <summary>Golden images that were compared so far.</summary>
    public required GoldenProgress Progress { get; init; }

    /// <summary>On which people see scores, before and after.</summary>
    public ScoreScale? Scale { get; init; }
}

/// <summary>A detector that was fitted to nothing but good images.</summary>
/// <param name="Sha256s">The good images.</param>
/// <param name="ModelName">The model's name.</param>
public sealed record FittedBase(FittedDetector Detector, IReadOnlyList<string> Sha256s, FitOptions Options, string ModelName, string EncoderId, TimeSpan Taken);

/// <summary>How far a comparison is.</summary>
public sealed class GoldenProgress
{
    private int _done;
    private volatile bool _isStopped;

    public int Total { get; set; }

    public int Done => _done;

    /// <summary>Nobody waits for it any longer.</summary>
    public void Stop() => _isStopped = true;

    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal void Step()
    {
        Interlocked.Increment(ref _done);
        if (_isStopped)
        {
            throw new OperationCanceledException("What was tried was discarded.");
        }
    }
}
