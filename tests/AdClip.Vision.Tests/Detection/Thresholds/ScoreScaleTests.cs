using System.Text.Json;
using AdClip.Vision.Detection.Thresholds;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.Detection.Thresholds;

public sealed class ScoreScaleTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void Index_HigherScore_IsNeverLowerAndStaysInRange() =>
        Prop.ForAll(Scores, Finite, Finite, (good, a, b) =>
        {
            var scale = ScoreScale.Of(good)!;
            var (low, high) = (scale.Index(Math.Min(a, b)), scale.Index(Math.Max(a, b)));
            return low <= high && low is >= 0 and <= 100 && high is >= 0 and <= 100;
        }).Check(Many);

    [Fact]
    public void Index_ScoresApartOnTheScale_AreToldApart() =>
        Prop.ForAll(Scores, Places, Places, (good, a, b) =>
        {
            var scale = ScoreScale.Of(good)!;
            var width = scale.Limit - scale.TypicalGood;
            return Math.Abs(a - b) < 1e-3 || scale.Index(scale.Limit + (a * width)) < scale.Index(scale.Limit + (b * width)) == a < b;
        }).Check(Many);

    [Fact]
    public void Raw_IndexOfAnyScore_GivesTheScoreBack() =>
        Prop.ForAll(Scores, Places, (good, place) =>
        {
            var scale = ScoreScale.Of(good)!;
            var raw = scale.Limit + (place * (scale.Limit - scale.TypicalGood));
            // Relative to the largest number in play: a score near zero is a difference of larger ones.
            var size = Math.Max(Math.Abs(scale.Limit), Math.Max(Math.Abs(raw), (1 + Math.Abs(place)) * (scale.Limit - scale.TypicalGood)));
            return Math.Abs(scale.Raw(scale.Index(raw)) - raw) <= 1e-9 * size;
        }).Check(Many);

    [Fact]
    public void Of_OtherOrder_IsTheSameScale() =>
        Prop.ForAll(Scores, ArbMap.Default.ArbFor<int>(), (good, seed) =>
        {
            double[] shuffled = [.. good];
            new Random(seed).Shuffle(shuffled);
            return ScoreScale.Of(good) == ScoreScale.Of(shuffled);
        }).Check(Many);

    [Fact]
    public void Of_ThroughJson_GivesTheSameIndexToTheBit() =>
        Prop.ForAll(Scores, Finite, (good, raw) =>
        {
            var scale = ScoreScale.Of(good)!;
            var read = JsonSerializer.Deserialize<ScoreScale>(JsonSerializer.Serialize(scale, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
            return read == scale && read.Index(raw).Equals(scale.Index(raw));
        }).Check(Many);

    [Fact]
    public void Of_ScoresInAnotherUnit_GiveTheSameIndices()
    {
        double[] good = [.. Enumerable.Range(0, 50).Select(i => i * i / 100.0)];
        var (scale, other) = (ScoreScale.Of(good)!, ScoreScale.Of(good.Select(score => (1000 * score) - 7))!);

        foreach (var score in new[] { -3.0, 0, 5, 20, 24.01, 60, 1e5 })
        {
            Assert.Equal(scale.Index(score), other.Index((1000 * score) - 7), 9);
        }
    }

    [Theory]
    [InlineData(39)]
    [InlineData(200)]
    [InlineData(2000)]
    public void Of_ManyGoodImages_OneInTwentyLiesAtFiftyOrAbove(int images)
    {
        var random = new Random(5);
        double[] good = [.. Enumerable.Range(0, images).Select(_ => Math.Exp(3 * random.NextDouble()))];
        var scale = ScoreScale.Of(good)!;

        Assert.Equal(0.05, good.Count(score => scale.Index(score) >= ScoreScale.LimitIndex) / (double)images, 1.0 / images);
        Assert.Equal(ScoreScale.TypicalIndex, scale.Index(scale.TypicalGood), 9);
        Assert.Equal(ScoreScale.LimitIndex, scale.Index(scale.Limit), 9);
        Assert.Equal(images, scale.Images);
    }

    [Fact]
    public void Of_FewGoodImages_OnAverageAboutOneInTwentyIsBeyondTheLimit()
    {
        // Scores with an exponential tail, where the true share beyond a limit is known.
        var random = new Random(8);
        var shares = Enumerable.Range(0, 2000).Select(_ =>
            Math.Exp(-Math.Max(0, ScoreScale.Of(Enumerable.Range(0, 12).Select(_ => -Math.Log(1 - random.NextDouble())))!.Limit))).Order().ToList();

        Assert.InRange(shares[1000], 0.03, 0.08);
    }

    [Fact]
    public void Of_OneMislabelledImageAmongFew_MovesTheScaleLittle()
    {
        double[] good = [.. Enumerable.Range(0, 20).Select(i => 1 + (i / 20.0))];
        var (clean, stained) = (ScoreScale.Of(good)!, ScoreScale.Of([.. good, 500.0])!);

        Assert.Equal(clean.Index(1.9), stained.Index(1.9), 4.0);
    }

    [Theory]
    [InlineData(0.4676)]
    [InlineData(0)]
    [InlineData(-1e-300)]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    public void Of_OneScoreOrTies_IsAScale(double score)
    {
        foreach (var scale in new[] { ScoreScale.Of([score])!, ScoreScale.Of([score, score, score])! })
        {
            Assert.InRange(scale.Index(score), 0, 100);
            Assert.True(scale.Limit > scale.TypicalGood);
            Assert.InRange(scale.Index(double.MaxValue), scale.Index(double.MinValue), 100);
        }
    }

    [Fact]
    public void Of_NothingOrNoNumber_IsNoScaleOrRefused()
    {
        Assert.Null(ScoreScale.Of([]));
        Assert.Equal(RefusalCode.ScoreNotFinite, Assert.Throws<RefusedInputException>(() => ScoreScale.Of([1, double.NaN])).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreScale(1, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreScale(0, 1, 3).Raw(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreScale(0, 1, 3).Raw(0));
    }

    private static Arbitrary<double> Finite => ArbMap.Default.ArbFor<NormalFloat>().Convert(value => value.Get, NormalFloat.NewNormalFloat);

    // Widths from the limit: typical good is -1.
    private static Arbitrary<double> Places =>
        Gen.Choose(-1000, 1000).Select(exponent => Math.Sign(exponent) * Math.Pow(10, (Math.Abs(exponent) / 200.0) - 2)).ToArbitrary();

    private static Arbitrary<double[]> Scores =>
        Gen.OneOf(
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(value => value.Get).NonEmptyListOf().Select(list => list.ToArray()),
            Gen.Choose(0, 3).Select(value => (double)value).NonEmptyListOf().Select(list => list.ToArray())).ToArbitrary();
}
