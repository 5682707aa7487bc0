using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection.Thresholds;

/// <summary>A rule judged on images that it did not choose on: each part of the images at the threshold chosen on the others.</summary>
/// <param name="Counts">Outcomes of all images, each at its part's threshold.</param>
/// <param name="Thresholds">Chosen without part 1, 2 ...; how far they differ says how much the choice is worth.</param>
/// <param name="Called">Of each image, in the order given, whether it was called anomalous.</param>
public sealed record HeldOutOutcomes(Confusion Counts, IReadOnlyList<double> Thresholds, IReadOnlyList<bool> Called);

/// <summary>A threshold with the two things that may be said of it: what it does on the images it was chosen on, and held out.</summary>
/// <param name="Threshold">Chosen on all images given.</param>
/// <param name="OnChosenImages">Outcomes on those images: optimistic.</param>
/// <param name="HeldOut">Honest outcomes of the same rule; null with fewer than two images of either truth.</param>
/// <param name="Images">How many the choice rests on.</param>
/// <param name="OutOfFold">Those of them that belong to the images learnt from and were scored without themselves.</param>
public sealed record ThresholdJudgement(double Threshold, Confusion OnChosenImages, HeldOutOutcomes? HeldOut, int Images, int OutOfFold)
{
    /// <summary>Chooses by a rule and judges the rule.</summary>
    /// <param name="samples">Images with truth; of each content one.</param>
    /// <param name="rule">How to choose.</param>
    /// <param name="folds">Parts for the held-out number.</param>
    /// <param name="seed">Of the division into parts.</param>
    /// <exception cref="RefusedInputException">
    /// A score comes from the detector's own training image, the same image is there twice, or the rule refuses.
    /// </exception>
    public static ThresholdJudgement Of(IReadOnlyList<ScoredSample> samples, ThresholdRule rule, int folds = 5, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(rule);
        RefuseLeaks(samples);
        double[] scores = [.. samples.Select(sample => sample.Score)];
        bool[] truths = [.. samples.Select(sample => sample.IsAnomaly)];
        var threshold = rule.Choose(scores, truths);
        var rarer = Math.Min(truths.Count(truth => truth), truths.Count(truth => !truth));
        return new(
            threshold,
            ThresholdRule.Curve(scores, truths).At(threshold),
            rarer < 2 ? null : JudgeHeldOut(scores, truths, rule, folds, seed),
            samples.Count,
            samples.Count(sample => sample.Origin == ScoreOrigin.OutOfFold));
    }

    /// <summary>Outcomes of a threshold on images that it was not chosen on.</summary>
    /// <param name="threshold">Chosen elsewhere.</param>
    /// <param name="chosenOn">Ids of the images that it was chosen on.</param>
    /// <param name="samples">Images to report on.</param>
    /// <exception cref="RefusedInputException">An image belongs to both, or was learnt from.</exception>
    public static Confusion Report(double threshold, IEnumerable<string> chosenOn, IReadOnlyList<ScoredSample> samples)
    {
        ArgumentNullException.ThrowIfNull(chosenOn);
        ArgumentNullException.ThrowIfNull(samples);
        RefuseLeaks(samples);
        var chosen = chosenOn.ToHashSet(StringComparer.Ordinal);
        var shared = samples.Count(sample => chosen.Contains(sample.Id));
        if (shared > 0)
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdChosenOnTheseImages,
                $"The threshold was chosen on {shared} of these {samples.Count} images, "
                    + "so a result on them would flatter; report on other images, or ask for the held-out number.",
                shared,
                samples.Count);
        }
        return ThresholdRule.Curve([.. samples.Select(sample => sample.Score)], [.. samples.Select(sample => sample.IsAnomaly)]).At(threshold);
    }

    private static HeldOutOutcomes JudgeHeldOut(double[] scores, bool[] truths, ThresholdRule rule, int folds, int seed)
    {
        var division = Folds.Divide(truths, folds, seed);
        var sum = new Confusion();
        List<double> thresholds = [];
        var called = new bool[scores.Length];
        for (var fold = 0; fold < division.Count; fold++)
        {
            var (inside, rest) = (division.In(fold), division.Without(fold));
            var threshold = rule.Choose([.. rest.Select(i => scores[i])], [.. rest.Select(i => truths[i])]);
            thresholds.Add(threshold);
            foreach (var i in inside)
            {
                called[i] = scores[i] >= threshold;
            }
            var counts = ThresholdRule.Curve([.. inside.Select(i => scores[i])], [.. inside.Select(i => truths[i])]).At(threshold);
            sum = new(
                sum.TruePositives + counts.TruePositives,
                sum.FalsePositives + counts.FalsePositives,
                sum.TrueNegatives + counts.TrueNegatives,
                sum.FalseNegatives + counts.FalseNegatives);
        }
        return new(sum, thresholds, called);
    }

    private static void RefuseLeaks(IReadOnlyList<ScoredSample> samples)
    {
        var learnt = samples.Count(sample => sample.Origin == ScoreOrigin.Training);
        if (learnt > 0)
        {
            throw new RefusedInputException(
                RefusalCode.ScoresOfTrainingImages,
                $"{learnt} of these {samples.Count} scores come from images that the detector "
                    + "learnt from, so they flatter; leave those images out, or use their out-of-fold scores.",
                learnt,
                samples.Count);
        }
        var twice = samples.GroupBy(sample => sample.Id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new RefusedInputException(
                RefusalCode.ImageCountedTwice,
                $"The image {twice.Key} is counted {twice.Count()} times, so its copies would judge a choice made on it; keep one of them.",
                twice.Key,
                twice.Count());
        }
    }
}
