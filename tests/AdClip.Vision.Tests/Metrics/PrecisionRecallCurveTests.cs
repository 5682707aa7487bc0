using System.Text.Json;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.Metrics;

public class PrecisionRecallCurveTests
{
    [Fact]
    public void FromScores_GoldenCases_SameCurveAndAreas()
    {
        var golden = new MetricsGolden("image-level");
        foreach (var golden1 in golden.Cases)
        {
            var name = golden1.GetProperty("name").GetString()!;
            var curve = PrecisionRecallCurve.FromScores(
                golden.Doubles($"{name}.scores"), Array.ConvertAll(golden.Bytes($"{name}.labels"), label => label == 1));

            Close(golden1.GetProperty("roc_auc"), curve.AreaUnderRoc, name);
            // Without positives scikit-learn says 0; the truth is that there is nothing to rank.
            Close(curve.Positives == 0 ? default : golden1.GetProperty("average_precision"), curve.AveragePrecision, name);
            if (curve.AreaUnderRoc is null)
            {
                Assert.Null(curve.BestF1);
            }
            else
            {
                Close(golden1.GetProperty("f1_max"), curve.BestF1!.Value.Counts.F1, name);
                Assert.Equal(golden1.GetProperty("f1_max_threshold").GetDouble(), curve.BestF1!.Value.Threshold);
            }

            Assert.Equal(golden.Doubles($"{name}.pr_thresholds"), curve.Points.Select(point => point.Threshold));
            Assert.Equal(golden.Doubles($"{name}.pr_precision")[..^1], curve.Points.Select(point => point.Counts.Precision ?? double.NaN), Near);
            Assert.Equal(golden.Doubles($"{name}.pr_recall")[..^1], curve.Points.Select(point => point.Counts.Recall ?? 1), Near);
        }
        Assert.Equal(14, golden.Cases.Count);
    }

    [Fact]
    public void At_AnyThreshold_CountsByComparison()
    {
        var random = new Random(1);
        var scores = Enumerable.Range(0, 200).Select(_ => random.Next(20) / 10.0).ToArray();
        var anomalous = scores.Select(score => random.NextDouble() * 2 < score).ToArray();
        var curve = PrecisionRecallCurve.FromScores(scores, anomalous);

        for (var threshold = -0.25; threshold < 2.5; threshold += 0.05)
        {
            var pairs = scores.Zip(anomalous).ToArray();
            var slow = new Confusion(
                pairs.Count(p => p.First >= threshold && p.Second),
                pairs.Count(p => p.First >= threshold && !p.Second),
                pairs.Count(p => p.First < threshold && !p.Second),
                pairs.Count(p => p.First < threshold && p.Second));
            Assert.Equal(slow, curve.At(threshold));
        }
    }

    [Fact]
    public void FromScores_NoSample_IsEmpty()
    {
        var curve = PrecisionRecallCurve.FromScores([], []);

        Assert.Empty(curve.Points);
        Assert.Null(curve.BestF1);
        Assert.Null(curve.AreaUnderRoc);
        Assert.Null(curve.AveragePrecision);
        Assert.Equal(default, curve.At(0.5));
    }

    [Fact]
    public void BestF1_OneTruthOnly_ThereIsNone() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NormalFloat[]>(),
            ArbMap.Default.ArbFor<bool>(),
            (scores, truth) =>
            {
                double[] values = [.. scores.Select(score => score.Get)];
                bool[] truths = [.. values.Select(_ => truth)];
                var refused = Assert.Throws<RefusedInputException>(() => ThresholdRule.LargestF1.Choose(values, truths));
                return PrecisionRecallCurve.FromScores(values, truths).BestF1 is null && refused.Code == RefusalCode.ThresholdWithoutImages;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromScores_NegativeZero_IsTiedWithZero() =>
        Assert.Single(PrecisionRecallCurve.FromScores([-0.0, 0.0], [true, false]).Points);

    [Fact]
    public void FromScores_NotANumber_IsRefusedByPosition()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => PrecisionRecallCurve.FromScores([1, double.NaN], [true, false]));

        Assert.Equal(RefusalCode.ScoreNotFinite, refusal.Code);
        Assert.Contains("Score 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Confusion_MvTecProportions_AllPositiveF1AsPublished()
    {
        // MVTec AD's test set has 1,258 anomalous and 467 good images.
        var counts = new Confusion(1000, 20, 447, 258);

        Assert.Equal(0.8434, counts.AllPositiveF1, 4);
        Assert.Equal(1000 / 1020.0, counts.Precision!.Value, 12);
        Assert.Equal(1000 / 1258.0, counts.Recall!.Value, 12);
        Assert.Equal(2000 / (2000.0 + 20 + 258), counts.F1, 12);
    }

    private static bool Near(double want, double got) => want.Equals(got) || Math.Abs(want - got) <= 1e-12;

    private static void Close(JsonElement want, double? got, string name)
    {
        if (want.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            Assert.Null(got);
        }
        else
        {
            Assert.True(got is { } value && Math.Abs(want.GetDouble() - value) <= 1e-12, $"{name}: want {want}, got {got}");
        }
    }
}
