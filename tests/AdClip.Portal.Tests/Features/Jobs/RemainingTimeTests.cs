using AdClip.Portal.Features.Jobs;

namespace AdClip.Portal.Tests.Features.Jobs;

/// <summary>Jobs of two parts whose steps cost differently, simulated: what is told at each step against what came.</summary>
public sealed class RemainingTimeTests
{
    // A bar may be so many hundredths ahead of the time that has passed.
    private const double MostAhead = 10;

    public static TheoryData<double, double, double, int> Jobs()
    {
        TheoryData<double, double, double, int> jobs = [];
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            // Steps of 2 ms to 2 s, either part the slow one, up to half and half again.
            jobs.Add(Math.Pow(10, (random.NextDouble() * 3) - 2.7), Math.Pow(10, (random.NextDouble() * 3) - 2.7), random.NextDouble() * 0.5, seed);
        }
        return jobs;
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Left_TwoPartsThatEarlierJobsKnow_DoesNotFlatter(double first, double second, double noise, int seed)
    {
        // Earlier jobs on the same machine: somewhat other costs than this one's.
        var random = new Random(seed);
        List<MeasuredPart> earlier = [];
        for (var i = 0; i < 4; i++)
        {
            earlier.Add(new MeasuredPart("Tokens", "m", 50, 50 * first * (1 + (noise * ((2 * random.NextDouble()) - 1)))));
            earlier.Add(new MeasuredPart("Fit", "m", 80, 80 * second * (1 + (noise * ((2 * random.NextDouble()) - 1)))));
        }
        var told = Simulate([("Tokens", 60, first), ("Fit", 90, second)], noise, random, earlier);

        Assert.All(told, one => Assert.NotNull(one.Left));
        Assert.All(told, one => Assert.True(one.Left!.Value.Low <= one.Left.Value.High));
        var kept = told.Count(one => one.Left!.Value.High >= one.TrueLeft - 1e-9);
        Assert.True(kept >= 0.9 * told.Count, $"{kept} of {told.Count} upper bounds held");
        AssertHonest(told);
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Left_PartsThatNobodyMeasured_IsNotKnownUntilTheyAre(double first, double second, double noise, int seed)
    {
        var told = Simulate([("Tokens", 60, first), ("Fit", 90, second)], noise, new Random(seed), []);

        // The old bar said "50 %, about 1 s left" here: half of the steps, nothing of the time.
        Assert.All(told.Take(60), one => Assert.Equal(((StepCost?)null, (double?)null), (one.Left, one.Percent)));
        AssertHonest(told);
    }

    [Theory]
    [InlineData(0.05, 0.5)]
    [InlineData(0.5, 0.05)]
    public void Left_OnePartThatChangesItsSpeed_IsNeverShorterThanTheRecentRateSays(double before, double after)
    {
        var time = new RemainingTime([new JobPart("", 200)], [], TimeSpan.Zero);
        var now = 0.0;
        for (var done = 1; done <= 200; done++)
        {
            now += done <= 100 ? before : after;
            time.Report(0, done, TimeSpan.FromSeconds(now));
            if (done > 130)
            {
                var left = time.Left(TimeSpan.FromSeconds(now))!.Value;
                Assert.True(left.Low >= (after * (200 - done) * 0.999) - 1e-9, $"{left.Low} s at {done}");
                Assert.Equal(done / 2.0, time.Percent(TimeSpan.FromSeconds(now)));
            }
        }
    }

    [Fact]
    public void Left_StepThatDoesNotEnd_Grows()
    {
        var time = new RemainingTime([new JobPart("", 100)], [], TimeSpan.Zero);
        for (var done = 1; done <= 20; done++)
        {
            time.Report(0, done, TimeSpan.FromSeconds(done));
        }
        var told = Enumerable.Range(0, 5).Select(i => time.Left(TimeSpan.FromSeconds(20 + (30 * i)))!.Value.Low).ToList();
        Assert.Equal(told.Order(), told);
        Assert.True(told[^1] > 2 * told[0]);
    }

    [Fact]
    public void Left_StepsOfAnEarlierAttempt_SayNothingOfTheSpeed()
    {
        var time = new RemainingTime([new JobPart("", 100)], [], TimeSpan.Zero);
        time.Skip(0, 90);
        Assert.Null(time.Left(TimeSpan.Zero));
        for (var done = 91; done <= 95; done++)
        {
            time.Report(0, done, TimeSpan.FromSeconds(10 * (done - 90)));
        }
        Assert.InRange(time.Left(TimeSpan.FromSeconds(50))!.Value.Low, 49, 51);
        Assert.Equal(95, time.Percent(TimeSpan.FromSeconds(50)));
        Assert.Equal(new MeasuredPart("", "", 5, 50), Assert.Single(time.Measured));
    }

    [Fact]
    public void Report_StepsThatAreKnown_TakeNoTimeFromThePartThatWorks()
    {
        var time = new RemainingTime([new JobPart("A", 2), new JobPart("B", 2)], [], TimeSpan.Zero);
        time.Report(0, 2, TimeSpan.FromSeconds(1));
        time.Report(1, 1, TimeSpan.FromSeconds(3));
        time.Report(0, 2, TimeSpan.FromSeconds(5));
        time.Report(1, 2, TimeSpan.FromSeconds(6));
        Assert.Equal([new MeasuredPart("A", "", 2, 1), new MeasuredPart("B", "", 2, 5)], time.Measured);
        Assert.Equal(100, time.Percent(TimeSpan.FromSeconds(6)));
    }

    private static void AssertHonest(IReadOnlyList<Told> told)
    {
        var percents = told.Select(one => one.Percent).OfType<double>().ToList();
        Assert.Equal(percents.Order(), percents);
        Assert.All(told, one =>
            Assert.True(one.Percent is not { } percent || percent <= one.TruePercent + MostAhead, $"{one.Percent} % at {one.TruePercent} %"));
    }

    private sealed record Told(StepCost? Left, double? Percent, double TrueLeft, double TruePercent);

    private static List<Told> Simulate((string Name, int Steps, double Cost)[] parts, double noise, Random random, IReadOnlyList<MeasuredPart> earlier)
    {
        var costs = parts
            .SelectMany((part, i) => Enumerable.Range(1, part.Steps)
                .Select(done => (Part: i, Done: done, Seconds: part.Cost * (1 + (noise * ((2 * random.NextDouble()) - 1))))))
            .ToList();
        var all = costs.Sum(step => step.Seconds);
        var time = new RemainingTime([.. parts.Select(part => new JobPart(part.Name, part.Steps, "m"))], earlier, TimeSpan.Zero);
        var now = 0.0;
        List<Told> told = [];
        foreach (var (part, done, seconds) in costs)
        {
            now += seconds;
            time.Report(part, done, TimeSpan.FromSeconds(now));
            told.Add(new Told(time.Left(TimeSpan.FromSeconds(now)), time.Percent(TimeSpan.FromSeconds(now)), all - now, 100 * now / all));
        }
        return told;
    }
}
