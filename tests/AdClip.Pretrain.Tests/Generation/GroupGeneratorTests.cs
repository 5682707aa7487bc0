using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Generation.Defects;

namespace AdClip.Pretrain.Tests.Generation;

public class GroupGeneratorTests
{
    private const int Side = 96;

    [Fact]
    public void Generate_SameSeed_GivesTheSameBytesWhateverWasDrawnBefore()
    {
        var generator = new GroupGenerator(Side);
        generator.Draw(99, new GroupSettings());

        for (ulong seed = 1; seed < 5; seed++)
        {
            var (first, again) = (GroupGenerator.Generate(seed, Side, new GroupSettings()), generator.Draw(seed, new GroupSettings()));

            Assert.Equal(first.Family, again.Family);
            Assert.Equal(first.Images.Count, again.Images.Count);
            foreach (var (a, b) in first.Images.Zip(again.Images))
            {
                Assert.Equal(a.Pixels, b.Pixels);
                Assert.Equal(a.Types, b.Types);
                Assert.Equal(a.Defects, b.Defects);
            }
        }
    }

    [Fact]
    public void Generate_ManySeeds_KeepsToTheSettings()
    {
        var generator = new GroupGenerator(Side);
        var settings = new GroupSettings { LeastImages = 4, MostImages = 6, LeastGood = 2, Objects = 0.5f };
        var groups = Enumerable.Range(0, 40).Select(seed => generator.Draw((ulong)seed, settings)).ToArray();

        Assert.All(groups, group =>
        {
            Assert.InRange(group.Images.Count, 4, 6);
            Assert.True(group.Images.Count(image => image.IsGood) >= 2);
            Assert.Contains(group.Images, image => !image.IsGood);
            Assert.All(group.Images, image =>
            {
                Assert.Equal(Side * Side * 3, image.Pixels.Length);
                var seen = image.Types.Distinct().Where(type => type != 0).Select(type => (DefectType)type).Order();
                Assert.Equal(image.Defects.Order(), seen);
                Assert.Null(image.CleanTwin);
            });
        });
        Assert.InRange(groups.Count(group => group.IsObject), 10, 30);
        Assert.Contains(groups, group => group.Grey);
        Assert.Contains(groups, group => !group.Grey);
        // Grey is grey.
        Assert.All(groups.Where(group => group.Grey), group => Assert.All(group.Images, image => Assert.Equal(image.Pixels[3000], image.Pixels[3001])));
    }

    [Fact]
    public void Generate_WithTwins_DiffersInsideTheMapAndHardlyOutside()
    {
        var generator = new GroupGenerator(128);
        var settings = new GroupSettings { Twins = true };
        var (inside, checkedImages) = (0, 0);
        for (ulong seed = 500; seed < 530; seed++)
        {
            foreach (var image in generator.Draw(seed, settings).Images)
            {
                if (image.CleanTwin is not { } twin)
                {
                    Assert.True(image.IsGood);
                    continue;
                }
                checkedImages++;
                // Blur reaches a few pixels, JPEG a block of 16, a soft border as far as it is soft.
                var (most, far, sum, count) = (0, 0, 0L, 0);
                var grown = Grown(image.Types, 128, 16);
                for (var at = 0; at < image.Types.Length; at++)
                {
                    var difference = Enumerable.Range(0, 3).Max(part => Math.Abs(image.Pixels[(3 * at) + part] - twin[(3 * at) + part]));
                    if (image.Types[at] != 0)
                    {
                        most = Math.Max(most, difference);
                    }
                    else if (!grown[at])
                    {
                        far = Math.Max(far, difference);
                        sum += difference;
                        count++;
                    }
                }
                Assert.True(most >= 4, $"seed {seed}: {string.Join('+', image.Defects)} changes at most {most} levels");
                Assert.True(far <= Math.Max(10, most / 3), $"seed {seed}: {string.Join('+', image.Defects)} changes {far} levels far off, {most} inside");
                Assert.True(sum <= 0.5 * count, $"seed {seed}: {string.Join('+', image.Defects)} changes {sum / (double)count} levels far off on average");
                inside += most;
            }
        }
        Assert.True(checkedImages > 40);
        Assert.True(inside / checkedImages > 25, "defects are hardly visible on average");
    }

    [Fact]
    public void Generate_EachFamily_DrawsItAndDiffersFromPieceToPiece()
    {
        var generator = new GroupGenerator(64);
        foreach (var family in Families.All)
        {
            var group = generator.Draw(11, new GroupSettings { Family = key => key == family.Key });

            Assert.Equal(family.Key, group.Family);
            Assert.Equal(family.IsObject, group.IsObject);
            var good = group.Images.Where(image => image.IsGood).Take(2).ToArray();
            Assert.NotEqual(good[0].Pixels, good[1].Pixels);
            var level = good[0].Pixels.Average(value => value);
            Assert.True(level is > 12 and < 250, $"{family.Key} is {level} bright");
        }
        Assert.True(Families.All.Count(family => !family.IsObject) >= 20);
        Assert.True(Families.All.Count(family => family.IsObject) >= 15);
        Assert.Equal(Families.All.Count, Families.All.Select(family => family.Key).Distinct().Count());
    }

    [Fact]
    public void Generate_ManySeeds_ShowsEveryKindOfDefectAtEverySize()
    {
        var generator = new GroupGenerator(64);
        var kinds = new Dictionary<DefectType, int>();
        var shares = new List<double>();
        for (ulong seed = 0; seed < 260; seed++)
        {
            foreach (var image in generator.Draw(seed, new GroupSettings()).Images.Where(image => !image.IsGood))
            {
                foreach (var kind in image.Defects)
                {
                    kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                }
                shares.Add(image.Types.Count(type => type != 0) / (double)image.Types.Length);
            }
        }

        Assert.Equal(Enum.GetValues<DefectType>().Where(type => type != DefectType.None), kinds.Keys.Order());
        // At this side a thousandth is four pixels; larger pictures show smaller shares.
        Assert.True(shares.Count(share => share < 0.004) > shares.Count / 20);
        Assert.True(shares.Count(share => share > 0.05) > shares.Count / 20);
        Assert.Equal(Enumerable.Range(1, DefectCatalog.All.Count), DefectCatalog.All.Select(kind => (int)kind.Type));
    }

    [Fact]
    public void Generator_OfAnOddSide_Refuses()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupGenerator(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupGenerator(1024));
    }

    private static bool[] Grown(byte[] types, int side, int by)
    {
        var (rows, grown) = (new bool[types.Length], new bool[types.Length]);
        for (var at = 0; at < types.Length; at++)
        {
            if (types[at] != 0)
            {
                rows.AsSpan((at / side * side) + Math.Max(0, (at % side) - by), Math.Min(side - 1, (at % side) + by) - Math.Max(0, (at % side) - by) + 1)
                    .Fill(true);
            }
        }
        for (var at = 0; at < types.Length; at++)
        {
            for (var y = Math.Max(0, (at / side) - by); rows[at] && y <= Math.Min(side - 1, (at / side) + by); y++)
            {
                grown[(y * side) + (at % side)] = true;
            }
        }
        return grown;
    }
}
