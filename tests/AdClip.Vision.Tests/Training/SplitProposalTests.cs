using AdClip.Vision.Training;

namespace AdClip.Vision.Tests.Training;

/// <summary>What holds for every division, over many drawn sets of images with groups of near copies.</summary>
public sealed class SplitProposalTests
{
    private const int Width = 16;

    [Fact]
    public void Propose_AnyImages_EachOnceGroupsWholeAndSharesWithinHalfAGroup()
    {
        for (var draw = 0; draw < 60; draw++)
        {
            var (images, groupOf, share) = Draw(draw);
            var proposed = Propose(images, share, draw);

            Assert.Equal(images.Select(image => image.Id).Order(StringComparer.Ordinal), proposed.Splits.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(images.Count, proposed.Compared);
            Assert.Equal(
                groupOf.GroupBy(one => one.Value).Where(group => group.Count() > 1)
                    .Select(group => string.Join(' ', group.Select(one => one.Key).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal),
                proposed.Groups.Select(group => string.Join(' ', group)).Order(StringComparer.Ordinal));
            Assert.All(proposed.Groups, group => Assert.Single(group.Select(id => proposed.Splits[id]).Distinct()));
            foreach (var stratum in images.GroupBy(image => image.Stratum))
            {
                var largest = stratum.GroupBy(image => groupOf[image.Id]).Max(group => group.Count());
                var test = stratum.Count(image => proposed.Splits[image.Id] == DataSplit.Test);
                Assert.InRange(test, (share * stratum.Count()) - (largest / 2.0), (share * stratum.Count()) + (largest / 2.0));
            }
        }
    }

    [Fact]
    public void Propose_SameSeedAnyOrder_SameAndAnotherSeedAnother()
    {
        for (var draw = 0; draw < 20; draw++)
        {
            var (images, _, share) = Draw(draw);
            var proposed = Propose(images, share, 7);
            SplitImage[] shuffled = [.. images];
            new Random(draw).Shuffle(shuffled);
            Assert.Equal(Written(proposed), Written(Propose(shuffled, share, 7)));
            Assert.Contains(Enumerable.Range(8, 20), seed => Written(Propose(images, share, seed)) != Written(proposed));
        }
    }

    [Fact]
    public void Propose_SettledImages_StayAndTakeTheirCopiesAlong()
    {
        for (var draw = 0; draw < 40; draw++)
        {
            var (images, groupOf, share) = Draw(draw);
            var random = new Random(draw);
            // One of some groups, so that no group is divided before.
            var settled = images.GroupBy(image => groupOf[image.Id]).Where(_ => random.Next(3) == 0)
                .ToDictionary(group => group.First().Id, _ => random.Next(2) == 0 ? DataSplit.Test : DataSplit.Training);
            var proposed = Propose(
                [.. images.Select(image => image with { Settled = settled.TryGetValue(image.Id, out var split) ? split : null })], share, draw);

            Assert.All(settled, one => Assert.Equal(one.Value, proposed.Splits[one.Key]));
            Assert.All(proposed.Groups, group => Assert.Single(group.Select(id => proposed.Splits[id]).Distinct()));
        }
    }

    [Fact]
    public void Propose_GroupAlreadyDivided_LeavesWhatPeopleSettledAndSendsTheRestWithMost()
    {
        var (a, b, c, d) = (Image("a"), Image("b"), Image("c"), Image("d"));
        var proposed = Propose(
            [a with { Settled = DataSplit.Test }, b with { Settled = DataSplit.Training }, c with { Settled = DataSplit.Training }, d], 0.5, 1);
        Assert.Equal("a=Test b=Training c=Training d=Training", Written(proposed));

        static SplitImage Image(string id) => new() { Id = id, Stratum = "good", ClassToken = [1, 2, 3] };
    }

    [Fact]
    public void Propose_NobodyHasSeenThem_DividesWithoutGroups()
    {
        SplitImage[] images = [.. Enumerable.Range(0, 10).Select(i => new SplitImage { Id = $"{i}", Stratum = i < 6 ? "good" : "bad" })];
        var proposed = Propose(images, 0.5, 1);
        Assert.Equal((0, 0), (proposed.Groups.Count, proposed.Compared));
        Assert.Equal((3, 2), (Test("good"), Test("bad")));

        int Test(string stratum) => images.Count(image => image.Stratum == stratum && proposed.Splits[image.Id] == DataSplit.Test);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Propose_ShareOfNothingOrAll_Refused(double share) =>
        Assert.ThrowsAny<ArgumentException>(() => Propose([], share, 1));

    private static ProposedSplit Propose(IReadOnlyList<SplitImage> images, double share, int seed) =>
        SplitProposal.Propose(images, share, seed, TestContext.Current.CancellationToken);

    private static string Written(ProposedSplit proposed) =>
        string.Join(' ', proposed.Splits.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"));

    /// <summary>Up to four strata of images far from each other, some of them with up to four copies that differ by less than compression does.</summary>
    private static (List<SplitImage> Images, Dictionary<string, int> GroupOf, double Share) Draw(int draw)
    {
        var random = new Random(draw);
        List<SplitImage> images = [];
        Dictionary<string, int> groupOf = [];
        var group = 0;
        for (var stratum = 0; stratum <= draw % 4; stratum++)
        {
            // Singles outnumber copies, as in a plant: what is usual is what single images are.
            for (var single = 0; single < 12 + random.Next(20); single++, group++)
            {
                float[] token = [.. Enumerable.Range(0, Width).Select(_ => (float)(random.NextDouble() - 0.5))];
                for (var copy = 0; copy < (random.Next(6) == 0 ? 2 + random.Next(3) : 1); copy++)
                {
                    var id = $"{random.Next():x8}-{images.Count}";
                    images.Add(new SplitImage
                    {
                        Id = id,
                        Stratum = $"stratum {stratum}",
                        ClassToken = [.. token.Select(value => value + (float)(1e-3 * (random.NextDouble() - 0.5)))],
                    });
                    groupOf[id] = group;
                }
            }
        }
        return (images, groupOf, 0.1 + (0.8 * random.NextDouble()));
    }
}
