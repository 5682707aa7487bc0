using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Words;

namespace AdClip.Pretrain.Tests.Words;

public class CaptionsTests
{
    private static IEnumerable<Wording> Everything
        => [.. Nouns.Of.Values, Nouns.Generic, States.Normal, States.Abnormal, .. DefectWords.Of.Values, Sentences.All];

    [Fact]
    public void Words_OfEveryFamilyAndKind_AreThereInBothLanguages()
    {
        Assert.Equal(Families.All.Select(family => family.Key).Order(), Nouns.Of.Keys.Order());
        Assert.Equal(Enum.GetValues<DefectType>().Where(type => type != DefectType.None), DefectWords.Of.Keys.Order());
        Assert.All(Everything, wording =>
        {
            Assert.NotEmpty(wording.English);
            Assert.NotEmpty(wording.Korean);
            Assert.All(wording.English, text => Assert.DoesNotContain(text, letter => letter >= 0x1100));
            Assert.All(wording.Korean, text => Assert.True(text.Contains("{}", StringComparison.Ordinal) || text.Any(letter => letter >= 0xAC00), text));
        });
        Assert.All(DefectWords.Of.Values.Append(States.Normal).Append(States.Abnormal).Append(Sentences.All),
            wording => Assert.All(wording.English.Concat(wording.Korean), text => Assert.Equal(2, text.Split("{}").Length)));
    }

    [Fact]
    public void Words_Anywhere_NameNoTestSet()
    {
        string[] unseen = ["magnet", "tile", "solar", "photovolt", "electrolum", "자석", "자성", "타일", "태양", "전지"];

        var texts = Everything.SelectMany(wording => wording.English.Concat(wording.Korean)).Concat(Families.All.Select(family => family.Key));

        Assert.All(
            texts.SelectMany(text => text.Split(' ', '-')),
            word => Assert.DoesNotContain(unseen, start => word.StartsWith(start, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void Pair_ManyDraws_CoversWhatThePortalAsks()
    {
        var rng = new Rng(1);
        var pairs = Enumerable.Range(0, 30_000).Select(_ => Captions.Pair(family: null, rng)).ToHashSet();

        Assert.Contains(("object.", "damaged object."), pairs);
        Assert.Contains(("물체.", "damaged 물체."), pairs);
        Assert.Contains(pairs, pair => pair.Normal == "너트." && pair.Abnormal == "damaged 너트.");
        foreach (var phrase in (string[])["flawless ", "perfect ", "unblemished ", " without flaw", " without defect", " without damage"])
        {
            Assert.Contains(pairs, pair => pair.Normal.Contains(phrase, StringComparison.Ordinal));
        }
        foreach (var phrase in (string[])["damaged ", "broken ", " with flaw", " with defect", " with damage", "손상된 ", "불량 "])
        {
            Assert.Contains(pairs, pair => pair.Abnormal.Contains(phrase, StringComparison.Ordinal));
        }
        Assert.All(pairs, pair => Assert.DoesNotContain("{}", pair.Normal + pair.Abnormal, StringComparison.Ordinal));
    }

    [Fact]
    public void Caption_OfAnImage_SaysWhatIsWrong()
    {
        var group = new ProductGroup { Seed = 1, Side = 32, Family = "nut", IsObject = true, Registered = true, Grey = false, Images = [] };
        var (good, bad) = (new GroupImage([], [], [], null), new GroupImage([], [], [DefectType.Crack], null));
        var rng = new Rng(2);

        var ofGood = Enumerable.Range(0, 300).Select(_ => Captions.Caption(group, good, rng)).ToArray();
        var ofBad = Enumerable.Range(0, 300).Select(_ => Captions.Caption(group, bad, rng)).ToArray();

        Assert.DoesNotContain(ofGood, caption => caption.Contains("crack", StringComparison.Ordinal));
        Assert.Contains(ofBad, caption => caption.Contains("crack", StringComparison.Ordinal));
        Assert.Contains(ofBad, caption => caption.Contains("균열", StringComparison.Ordinal));
        Assert.Contains(ofGood, caption => caption.Contains("너트", StringComparison.Ordinal));
    }

    [Fact]
    public void TypePrompts_Drawn_AreOneForEachKindAndDiffer()
    {
        var rng = new Rng(3);

        var prompts = Captions.TypePrompts("leather", rng);

        Assert.Equal(DefectWords.Of.Count, prompts.Length);
        Assert.Equal(Captions.Corpus(20, new Rng(4)), Captions.Corpus(20, new Rng(4)));
    }
}
