using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Words;

/// <summary>Draws texts for images: captions, pairs of prompts, one prompt for each kind of defect.</summary>
internal static class Captions
{
    private const string Place = "{}";
    private const float KoreanShare = 0.35f;

    /// <summary>A caption of one image: its product and one of its defects, or that there is none.</summary>
    public static string Caption(ProductGroup group, GroupImage image, Rng rng)
    {
        var korean = rng.Chance(KoreanShare);
        var noun = rng.Chance(0.85f) ? Pick(Nouns.Of[group.Family], korean, rng) : Pick(Nouns.Generic, korean, rng);
        var state = image.IsGood ? States.Normal
            : rng.Chance(0.3f) ? States.Abnormal
            : DefectWords.Of[rng.Pick<DefectType>([.. image.Defects])];
        var caption = Say(Pick(Sentences.All, korean, rng), Pick(state, korean, rng), noun);
        if (rng.Chance(0.04f))
        {
            // Long texts, so that late positions learn something too.
            var again = image.IsGood ? States.Normal : States.Abnormal;
            for (var i = 0; i < 3; i++)
            {
                caption += " " + Say(Pick(Sentences.All, korean, rng), Pick(again, korean, rng), noun);
            }
        }
        return caption;
    }

    /// <summary>A prompt of a normal and one of an abnormal product; same noun, same sentence.</summary>
    /// <param name="family">Null: any name may come, or none.</param>
    public static (string Normal, string Abnormal) Pair(string? family, Rng rng)
    {
        var korean = rng.Chance(KoreanShare);
        var noun = Noun(family, korean, rng);
        if (rng.Chance(0.3f))
        {
            // The portal's plain pair, Korean names included.
            return ($"{noun}.", $"damaged {noun}.");
        }
        // A Korean name is put into English phrases as well: the portal's ensemble does so.
        var phrases = korean && rng.Chance(0.6f);
        var sentence = Pick(Sentences.All, phrases, rng);
        var abnormal = rng.Chance(0.8f) ? States.Abnormal : DefectWords.Of[(DefectType)rng.Whole(1, DefectWords.Of.Count)];
        return (Say(sentence, Pick(States.Normal, phrases, rng), noun), Say(sentence, Pick(abnormal, phrases, rng), noun));
    }

    /// <summary>One prompt for each kind of defect, in the order of their numbers, all in one language and with one noun.</summary>
    public static string[] TypePrompts(string? family, Rng rng)
    {
        var korean = rng.Chance(KoreanShare);
        var noun = Noun(family, korean, rng);
        var sentence = rng.Chance(0.5f) ? "{}." : Pick(Sentences.All, korean, rng);
        return [.. Enumerable.Range(1, DefectWords.Of.Count).Select(type => Say(sentence, Pick(DefectWords.Of[(DefectType)type], korean, rng), noun))];
    }

    /// <summary>Texts as they will come, for choosing a vocabulary.</summary>
    public static IEnumerable<string> Corpus(int count, Rng rng)
    {
        var families = Nouns.Of.Keys.ToArray();
        for (var i = 0; i < count; i++)
        {
            var family = rng.Pick<string>(families);
            var (normal, abnormal) = Pair(family, rng);
            yield return normal;
            yield return abnormal;
            var korean = rng.Chance(KoreanShare);
            var words = DefectWords.Of[(DefectType)rng.Whole(1, DefectWords.Of.Count)];
            yield return Say(Pick(Sentences.All, korean, rng), Pick(words, korean, rng), Pick(Nouns.Of[family], korean, rng));
        }
    }

    private static string Noun(string? family, bool korean, Rng rng)
    {
        var share = rng.Unit();
        return share < 0.3f ? korean ? Pick(Nouns.Generic, korean, rng) : "object"
            : share < 0.45f ? Pick(Nouns.Generic, korean, rng)
            : share < 0.65f ? Nouns.Made(rng)
            : Pick(Nouns.Of[family ?? rng.Pick<string>([.. Nouns.Of.Keys])], korean, rng);
    }

    private static string Pick(Wording wording, bool korean, Rng rng)
    {
        var phrases = korean ? wording.Korean : wording.English;
        return phrases[rng.Below(phrases.Count)];
    }

    private static string Say(string sentence, string state, string noun)
        => sentence.Replace(Place, state.Replace(Place, noun, StringComparison.Ordinal), StringComparison.Ordinal);
}
