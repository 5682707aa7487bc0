using AdClip.Vision.Detection;

namespace AdClip.Vision.Training;

/// <summary>Parts of the loss before weighing, and their weighed sum; means over the steps of an epoch.</summary>
/// <param name="Total">Weighed sum.</param>
/// <param name="Classification">Cross-entropy of the class token.</param>
/// <param name="Focal">Summed over the layers.</param>
/// <param name="Dice">Of both states, summed over the layers.</param>
/// <param name="Contrastive">0 unless it weighs something.</param>
public sealed record LossParts(double Total, double Classification, double Focal, double Dice, double Contrastive);

/// <summary>How well images were told apart by prompts that had not learned from them.</summary>
/// <param name="F1">At the best threshold for all folds together.</param>
/// <param name="Threshold">That threshold, in the unit of the zero-shot score.</param>
/// <param name="AreaUnderRoc">Of the pooled scores.</param>
/// <param name="AveragePrecision">Of the pooled scores.</param>
/// <param name="AllPositiveF1">F1 of calling everything anomalous, to compare with.</param>
public sealed record EpochScore(double F1, double Threshold, double AreaUnderRoc, double AveragePrecision, double AllPositiveF1);

/// <summary>One epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Of the prompts that learn from all images.</param>
/// <param name="OutOfFold">Null without folds.</param>
/// <param name="IsSaved">Whether <c>epoch_N.pth</c> was written.</param>
/// <param name="HeldOut">Of the best epoch so far the score of each image; empty for the others.</param>
public sealed record EpochReport(int Epoch, LossParts Loss, EpochScore? OutOfFold, bool IsSaved, IReadOnlyList<HeldOutScore> HeldOut);

/// <summary>Where training is.</summary>
/// <param name="Epoch">The epoch that runs, from 1.</param>
/// <param name="Epochs">All of them.</param>
/// <param name="Step">Steps done in it, those of the folds included.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Loss">Mean over the epoch so far; null before its first step.</param>
/// <param name="Remaining">Time left at the present pace; null before it is known.</param>
/// <param name="Finished">The epoch that has just ended; null between.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Step, int Steps, LossParts? Loss, TimeSpan? Remaining, EpochReport? Finished);

/// <summary>An epoch that has just ended.</summary>
/// <param name="Report">Its numbers.</param>
/// <param name="File">Its checkpoint; null: this epoch is not saved.</param>
/// <param name="Folds">The texts of the prompts of the folds; null without folds.</param>
/// <param name="Progress">The same as progress.</param>
public sealed record FinishedEpoch(EpochReport Report, string? File, FoldTexts? Folds, TrainingProgress Progress);

/// <summary>Why an epoch is called the best.</summary>
public enum BestEpochReason
{
    /// <summary>Largest F1 on images that its folds had not learned from.</summary>
    OutOfFoldF1,

    /// <summary>The last one: folds were not asked for.</summary>
    LastWithoutFolds,

    /// <summary>The last one: fewer than two good or two defective images make no folds.</summary>
    LastOfTooFewImages,
}

/// <summary>What training gave.</summary>
/// <param name="Epochs">Every epoch, those before a resumption included.</param>
/// <param name="BestEpoch">The epoch to use.</param>
/// <param name="Reason">Why that one.</param>
/// <param name="BestFile">Its checkpoint.</param>
public sealed record TrainingOutcome(IReadOnlyList<EpochReport> Epochs, int BestEpoch, BestEpochReason Reason, string BestFile)
{
    /// <summary>The best epoch.</summary>
    public EpochReport Best => Epochs[BestEpoch - 1];

    /// <summary>The epoch of the largest F1 out of fold, by average precision among equals, the earlier one among those; null without folds.</summary>
    public static EpochReport? BestOf(IEnumerable<EpochReport> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return epochs.Where(epoch => epoch.OutOfFold is not null)
            .Aggregate((EpochReport?)null, (best, epoch) => Compare(epoch.OutOfFold!, best?.OutOfFold) > 0 ? epoch : best);
    }

    internal static int Compare(EpochScore score, EpochScore? other)
        => other is null ? 1 : (score.F1, score.AveragePrecision).CompareTo((other.F1, other.AveragePrecision));
}

/// <summary>The score of an image by prompts that did not learn from it.</summary>
/// <param name="Sha256">Of its file.</param>
/// <param name="Score">Zero-shot score, 0 to 1.</param>
/// <param name="IsAnomaly">Its truth.</param>
public sealed record HeldOutScore(string Sha256, double Score, bool IsAnomaly);
