using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Vision.Tests.Detection.FewShot;

/// <summary>Learned texts are never judged on the images that they were learned from.</summary>
public sealed class FoldTextsTests
{
    private static readonly LabelledTokens[] Images = MadeImages.Set(8, 6, ["dent", "stain"]);
    private static readonly TextPair Swapped = new(MadeImages.Texts.Abnormal, MadeImages.Texts.Normal);
    private static readonly Dictionary<string, int> FoldOf = Images.Select((image, i) => (image.Sha256, Fold: i % 2)).ToDictionary();

    [Fact]
    public void Fit_TextsThatKnowTheImages_JudgedByThoseThatDoNot()
    {
        // Texts that would tell all apart, and for images that they did not see the opposite: what an image is called must not depend on the former.
        var told = PartOf(MadeImages.Texts, null).AreaUnderRoc!.Value;
        var (knowing, ignorant) = told > 0.5 ? (MadeImages.Texts, Swapped) : (Swapped, MadeImages.Texts);

        var flattered = PartOf(knowing, null);
        var judged = PartOf(knowing, new FoldTexts(FoldOf, [ignorant, ignorant]));

        Assert.True(flattered.AreaUnderRoc > 0.5 && judged.AreaUnderRoc < 0.5, $"{flattered.AreaUnderRoc}, {judged.AreaUnderRoc}");
        Assert.Equal((FitReason.NoBetterThanChance, 0.0), (judged.Reason, judged.Weight));
        Assert.Equal(flattered.AreaUnderRoc, PartOf(knowing, new FoldTexts(FoldOf, [knowing, knowing])).AreaUnderRoc);
    }

    [Fact]
    public void Fit_HeadsPulledTowardsLearnedTexts_OutOfFoldScoresNeedNoneThatSawTheImage()
    {
        var folds = new FoldTexts(FoldOf, [MadeImages.Texts, MadeImages.Texts]);
        var other = new TextPair(Images[0].Tokens.ClassToken, Images[9].Tokens.ClassToken);
        FitOptions heads = new(UseText: false);

        var (one, two) = (Fit(MadeImages.Texts, folds, heads), Fit(other, folds, heads));

        // The texts of the detector differ, those that judge it do not.
        Assert.Equal(one.Report.Scores, two.Report.Scores);
    }

    private static PartReport PartOf(TextPair texts, FoldTexts? folds)
        => Fit(texts, folds, new FitOptions()).Report.Parts.Single(part => part.Part == FitPart.Text);

    private static FittedDetector Fit(TextPair texts, FoldTexts? folds, FitOptions options)
        => FittedDetector.Fit(texts, MadeImages.Model, Images, options, null, CancellationToken.None, folds);
}
