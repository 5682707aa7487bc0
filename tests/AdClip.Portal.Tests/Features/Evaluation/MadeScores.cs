using System.Globalization;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.Comparison;
using AdClip.Portal.Features.Runs;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>Scores without a detector: what is pure is tested without a database.</summary>
internal static class MadeScores
{
    public static ScoredImage Image(double score, ImageLabel label, Guid? id = null) => new()
    {
        ImageId = id ?? Guid.NewGuid(),
        ResultId = Guid.NewGuid(),
        FileName = score.ToString(CultureInfo.InvariantCulture),
        Width = 1,
        Height = 1,
        Score = (float)score,
        Label = label,
        ShapeCount = 0,
        Revision = 1,
        IsReference = false,
        MapBlob = "",
    };

    /// <summary>Images of both kinds and some without a label, with ties.</summary>
    public static List<ScoredImage> Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 40).Select(_ => Image(random.Next(20) / 20.0, (ImageLabel)random.Next(3)))];
    }

    public static VerdictBand RandomBand(int seed)
    {
        var random = new Random(seed);
        var reviewFrom = random.Next(22) / 20.0;
        return new(reviewFrom, reviewFrom + (random.Next(8) / 20.0));
    }

    /// <summary>A run of these images, and what people saved for its scores.</summary>
    public static RunToCompare Run(IReadOnlyList<ScoredImage> images, VerdictBand? saved = null)
    {
        var run = new Run
        {
            ProjectId = Guid.Empty,
            JobId = Guid.NewGuid(),
            ModelId = "made",
            ModelName = "made",
            EncoderId = "made",
            ObjectName = "object",
            References = ReferenceChoice.None,
            ReferenceCount = 0,
            ImageCount = images.Count,
            AreaRevision = 0,
            ScoreIdentity = "made",
            Settings = "{}",
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = Guid.Empty,
        };
        return new RunToCompare(null!, new RunScores(run, images), saved is { } band ? Choice(run.Id, band) : null, null, 100);
    }

    public static ThresholdChoice Choice(Guid runId, VerdictBand band) => new()
    {
        ProjectId = Guid.Empty,
        RunId = runId,
        ScoreIdentity = "made",
        Value = band.FailFrom,
        ReviewFrom = band.HasReview ? band.ReviewFrom : null,
        TruePositives = 0,
        FalsePositives = 0,
        TrueNegatives = 0,
        FalseNegatives = 0,
        ChosenAt = DateTimeOffset.UnixEpoch,
        ChosenBy = Guid.Empty,
    };
}
