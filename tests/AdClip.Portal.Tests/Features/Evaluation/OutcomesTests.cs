using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Review;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>Three-way outcomes and the threshold that a run starts with, for any scores.</summary>
public sealed class OutcomesTests
{
    [Fact]
    public void With_AnyBand_CellsCountAndShowExactlyTheSameImages()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (images, band) = (MadeScores.Random(seed), MadeScores.RandomBand(seed));
            var evaluation = new ImageEvaluation(images);
            var outcomes = BandOutcomes.Of(band, evaluation.Curve);
            var cells = new Dictionary<Outcome, int>
            {
                [Outcome.TrueNegative] = outcomes.Good.Passed,
                [Outcome.GoodForReview] = outcomes.Good.Reviewed,
                [Outcome.FalsePositive] = outcomes.Good.Failed,
                [Outcome.FalseNegative] = outcomes.Anomalies.Passed,
                [Outcome.AnomalyForReview] = outcomes.Anomalies.Reviewed,
                [Outcome.TruePositive] = outcomes.Anomalies.Failed,
            };
            Assert.Equal(Enum.GetValues<Outcome>().Order(), cells.Keys.Order());
            foreach (var (outcome, count) in cells)
            {
                var shown = evaluation.With(outcome, band);
                Assert.Equal(count, shown.Count);
                // The list of the result page, which the images of a cell lead to.
                var listed = ResultList.Of(
                    images, Enum.Parse<ResultFilter>(outcome.ToString()), ResultOrder.Name, band,
                    new Dictionary<Guid, AdClip.Portal.Features.Review.StandingVerdict>());
                Assert.Equal(shown.Select(image => image.ImageId).Order(), listed.Select(image => image.ImageId).Order());
            }
            Assert.DoesNotContain(evaluation.With(Outcome.FalseNegative, band),
                image => band.Of(image.Score) == AdClip.Vision.Detection.Thresholds.Verdict.Review);
        }
    }

    [Fact]
    public void StartingThreshold_ImagesOfOneTruth_NeverIsABestF1()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            foreach (var label in new[] { ImageLabel.Good, ImageLabel.Anomaly })
            {
                var images = new ImageEvaluation([.. MadeScores.Random(seed).Where(image => image.Label == label || image.Label == ImageLabel.Unlabelled)]);
                var start = StartingThreshold.Of(images, null, null)!;

                Assert.Null(images.Curve.BestF1);
                Assert.Equal(label == ImageLabel.Good ? ThresholdOrigin.FalseRejects : ThresholdOrigin.Recall, start.Origin);
                var outcomes = BandOutcomes.Of(start.Band, images.Curve);
                // Too few good images for the budget: the safest threshold rejects none of them.
                Assert.True(label == ImageLabel.Good ? outcomes.Overkill <= ThresholdTargets.UsualFalseRejects
                    : 1 - outcomes.Escape >= ThresholdTargets.UsualRecall);
            }
        }
    }

    [Fact]
    public void StartingThreshold_WhatThereIs_ComesInOrder()
    {
        var both = new ImageEvaluation(MadeScores.Random(1));
        var none = new ImageEvaluation([MadeScores.Image(0.4, ImageLabel.Unlabelled)]);
        var saved = MadeScores.Choice(Guid.Empty, new VerdictBand(0.2, 0.6));

        Assert.Equal(new StartingThreshold(saved.Band, ThresholdOrigin.Saved), StartingThreshold.Of(both, saved, 0.3));
        Assert.Equal(new StartingThreshold(new VerdictBand(0.3, 0.3), ThresholdOrigin.Trained), StartingThreshold.Of(both, null, 0.3));
        Assert.Equal((both.Curve.BestF1!.Value.Threshold, ThresholdOrigin.BestF1),
            (StartingThreshold.Of(both, null, null)!.Band.FailFrom, StartingThreshold.Of(both, null, null)!.Origin));
        Assert.Equal(ThresholdOrigin.Saved, StartingThreshold.Of(none, saved, null)!.Origin);
        Assert.Null(StartingThreshold.Of(none, null, null));
    }

    [Fact]
    public void RunScores_Scale_RestsOnGoodImagesThatTheRunDidNotLearnFrom()
    {
        List<ScoredImage> good = [.. Enumerable.Range(0, 30).Select(i => MadeScores.Image(i / 30.0, ImageLabel.Good))];
        var scale = MadeScores.Run(good).Scores.Scale!;

        Assert.Equal(30, scale.Images);
        Assert.Equal(scale, MadeScores.Run([.. good, MadeScores.Image(9, ImageLabel.Anomaly), MadeScores.Image(9, ImageLabel.Unlabelled),
            MadeScores.Image(9, ImageLabel.Good) with { IsTrainedOn = true }]).Scores.Scale);
        Assert.Null(MadeScores.Run([MadeScores.Image(0.5, ImageLabel.Unlabelled), MadeScores.Image(0.7, ImageLabel.Anomaly)]).Scores.Scale);
    }
}
