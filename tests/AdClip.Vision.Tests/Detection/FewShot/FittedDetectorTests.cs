using System.Numerics.Tensors;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.FewShot;

public sealed class FittedDetectorTests
{
    private static readonly string[] Classes = ["dent", "stain"];

    [Fact]
    public void Score_Defective_AboveGoodAndShownWhereItIs()
    {
        var detector = Fit(MadeImages.Set(8, 6, Classes));
        var good = Enumerable.Range(0, 10).Select(i => detector.Score(MadeImages.Tokens(500 + i, null), null)).ToArray();
        var bad = Enumerable.Range(0, 10).Select(i => detector.Score(MadeImages.Tokens(600 + i, i % 2), null)).ToArray();

        Assert.True(bad.Min(found => found.Score) > good.Max(found => found.Score));
        Assert.All(bad, found =>
        {
            var peak = TensorPrimitives.IndexOfMax<float>(found.Map.Values);
            Assert.InRange(peak / MadeImages.Side / 8, 2, 2);
            Assert.InRange(peak % MadeImages.Side / 8, 2, 3);
            Assert.InRange(found.Map.Values.Max(), 0.3f, 1);
        });
        Assert.All(good, found => Assert.InRange(found.Map.Values.Max(), 0, 0.7f));
    }

    // Plates from one mould: two good ones hardly differ, and a defect changes each patch of its image a little.
    [Theory]
    [InlineData(6, true)]
    [InlineData(6, false)]
    [InlineData(0, false)]
    public void Score_GoodImagesAllAlike_OnlyTheDefectIsLit(int anomalies, bool masks)
    {
        const float noise = 0.02f;
        const float tint = 0.3f;
        LabelledTokens[] images = [.. MadeImages.Set(8, anomalies, masks: masks)
            .Select((image, i) => image with { Tokens = MadeImages.Tokens(i, image.IsAnomaly ? 0 : null, noise, tint) })];

        var map = Fit(images).Score(MadeImages.Tokens(990, 0, noise, tint), null).Map.Values;

        var truth = MadeImages.Mask();
        var lit = Enumerable.Range(0, map.Length).Where(pixel => map[pixel] >= 0.5f).ToArray();
        Assert.InRange(lit.Count(pixel => truth[pixel] == 1), truth.Count(pixel => pixel == 1) / 5, map.Length);
        Assert.True(lit.Length < 3 * truth.Count(pixel => pixel == 1), $"{lit.Length} of {map.Length} pixels are lit");
    }

    [Fact]
    public void Score_ClassProbabilities_SumToOneAndNameTheDefect()
    {
        var detector = Fit(MadeImages.Set(8, 8, Classes));
        for (var i = 0; i < 8; i++)
        {
            var found = detector.Score(MadeImages.Tokens(700 + i, i % 2), null);

            Assert.Equal(["dent", "good", "stain"], found.ClassProbabilities.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(1, found.ClassProbabilities.Values.Sum(), 9);
            Assert.Equal(found.Probability!.Value, 1 - found.ClassProbabilities["good"], 9);
            Assert.True(found.ClassProbabilities[Classes[i % 2]] > found.ClassProbabilities[Classes[1 - (i % 2)]]);
        }
    }

    [Fact]
    public void Score_BankAlone_AsTheSlowObviousVersion()
    {
        var images = MadeImages.Set(9, 0);
        var detector = Fit(images, new FitOptions(UseText: false, NearestImages: 3));
        var tokens = MadeImages.Tokens(42, 1);

        double Slow(ImageTokens query, IReadOnlyList<LabelledTokens> bank)
        {
            var patches = Enumerable.Range(0, MadeImages.Grid * MadeImages.Grid).Select(patch => new[] { 1, 2 }.Average(layer => bank
                .Select(image => Enumerable.Range(0, MadeImages.Grid * MadeImages.Grid).Min(other => 1 - Cosine(query, image.Tokens, layer, patch, other)))
                .Order().Take(3).Average()));
            return patches.OrderDescending().Take(2).Average();
        }
        double[] leftOut = [.. images.Select(image => Slow(image.Tokens, [.. images.Where(other => other != image)]))];
        var mean = leftOut.Average();
        var deviation = Math.Sqrt(leftOut.Sum(score => (score - mean) * (score - mean)) / (leftOut.Length - 1));

        Assert.Equal((Slow(tokens, images) - mean) / deviation, detector.Score(tokens, null).Score, 3);
    }

    [Fact]
    public void Score_ImageOfTheBank_NotComparedWithItself()
    {
        var images = MadeImages.Set(6, 0);
        var detector = Fit(images);
        var others = new PatchBank(MadeImages.Width, 2, detector.Parts.Good.Mean, [.. detector.Parts.Good.Members.Where(member => member.Key != "good2")]);
        float[][] rows = [.. new[] { 1, 2 }.Select(layer => PatchRows.Unit(images[2].Tokens, layer, 1))];

        Assert.Equal(PatchPooling.TopMean(others.Distances(rows, null), 0.06), detector.Score(images[2].Tokens, "good2").FewShotScore!.Value);
        Assert.True(detector.Score(images[2].Tokens, null).FewShotScore < detector.Score(images[2].Tokens, "good2").FewShotScore);
    }

    [Fact]
    public void Fit_ImagesInAnotherOrder_SameBits()
    {
        var images = MadeImages.Set(8, 6, Classes);
        var shuffled = images.Reverse().ToArray();
        var (a, b) = (Fit(images), Fit(shuffled));

        Assert.Equal(a.Report.Scores, b.Report.Scores);
        Assert.Equal(a.Report.Parts, b.Report.Parts);
        var tokens = MadeImages.Tokens(5, 0);
        Assert.Equal(a.Score(tokens, null).Map.Values, b.Score(tokens, null).Map.Values);
    }

    [Fact]
    public void Fit_LabelsWithoutMasks_OnlyTheImageHeadLearns()
    {
        var parts = Fit(MadeImages.Set(8, 6, masks: false)).Report.Parts;

        Assert.Equal(FitReason.TooFewMasks, parts[(int)FitPart.PatchHead].Reason);
        Assert.Equal(FitReason.TooFewMasks, parts[(int)FitPart.AnomalyBank].Reason);
        Assert.NotNull(parts[(int)FitPart.ImageHead].AreaUnderRoc);
        Assert.Equal(1, parts.Sum(part => part.Weight), 9);
    }

    [Fact]
    public void Fit_GoodOnly_ModelsRuleAndNoProbability()
    {
        var detector = Fit(MadeImages.Set(4, 0));

        Assert.Null(detector.Report.Threshold);
        Assert.Null(detector.Score(MadeImages.Tokens(1, 0), null).Probability);
        Assert.Equal(FitReason.ModelRule, detector.Report.Parts[(int)FitPart.Bank].Reason);
        Assert.Equal(0.5, detector.Report.Parts[(int)FitPart.Bank].Weight, 9);
    }

    // 40 images of 36 patches in 2 layers of width 16 against a bank of 40 x 36: 1.7 million multiplications a good image.
    [Fact]
    public void Fit_MoreThanTheTimeAllows_BankIsThinnedImageByImage()
    {
        var images = MadeImages.Set(32, 8, Classes);
        var small = new FitContext("made", MadeImages.Side, MadeImages.Grid, MadeImages.Model.Scheme) { MostProducts = 32.0 * 20 * 40 * 36 * 16 * 2 };
        var (thin, whole) = (FittedDetector.Fit(MadeImages.Texts, small, images, new FitOptions(), null, CancellationToken.None), Fit(images));

        Assert.All(thin.Parts.Good.Members, member => Assert.All(member.Rows, rows => Assert.Equal(20 * MadeImages.Width, rows.Length)));
        Assert.All(whole.Parts.Good.Members, member => Assert.All(member.Rows, rows => Assert.Equal(36 * MadeImages.Width, rows.Length)));
        for (var i = 0; i < 4; i++)
        {
            Assert.True(thin.Score(MadeImages.Tokens(600 + i, i % 2), null).Score > thin.Score(MadeImages.Tokens(500 + i, null), null).Score);
        }
        // What the report says of an image is what the detector says of it.
        Assert.Equal(
            thin.Report.Parts[(int)FitPart.Bank].Mean, images.Take(32).Average(image => thin.Score(image.Tokens, image.Sha256).FewShotScore!.Value), 1e-5f);
    }

    [Fact]
    public void Fit_FurtherViewsOfGoodImages_InTheBankOnlyWhereThePartTurns()
    {
        var images = MadeImages.Set(4, 0);
        LabelledTokens[] views = [.. images, .. images.Select((image, i) => image with { Tokens = MadeImages.Tokens(2000 + i, null) })];
        var (turning, upright) = (Fit(views, new FitOptions(RotatesPart: true)), Fit(views));

        Assert.Equal((8, 4), (turning.Parts.Good.Members.Count, upright.Parts.Good.Members.Count));
        var seen = MadeImages.Tokens(2000, null);
        Assert.True(turning.Score(seen, null).FewShotScore < 1e-3f && upright.Score(seen, null).FewShotScore > 1e-2f);
        // An image is compared with no view of itself.
        Assert.True(turning.Score(seen, "good0").FewShotScore > 1e-2f);
        Assert.Equal(4, turning.Report.Scores.Count);
    }

    [Fact]
    public void Fit_LayersThatTellTheSame_AllCompared()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            Assert.Equal([1, 2], Fit(MadeImages.Set(8, 8), new FitOptions(Seed: seed)).Report.BankLayers);
        }
    }

    [Theory]
    [InlineData(12, new[] { 1 })]
    [InlineData(4, new[] { 1, 2 })]
    public void Fit_OneLayerIsNoise_LeftOutIfThereAreImagesToShowIt(int anomalies, int[] layers)
    {
        LabelledTokens[] images = [.. MadeImages.Set(12, anomalies).Select((image, i) => image with { Tokens = WithNoise(image.Tokens, i) })];

        var detector = Fit(images);

        Assert.Equal(layers, detector.Report.BankLayers);
        Assert.True(
            detector.Score(WithNoise(MadeImages.Tokens(77, 0), 77), null).Score > detector.Score(WithNoise(MadeImages.Tokens(78, null), 78), null).Score);

        // In every other image, good or not, one patch of the second layer is like no other.
        static ImageTokens WithNoise(ImageTokens tokens, int seed)
        {
            var random = new Random(seed);
            var odd = random.Next(2) == 0 ? 1 + random.Next(MadeImages.Grid * MadeImages.Grid) : -1;
            float[] noise = [.. tokens.Layers[1].Values.Select((_, i) => i / MadeImages.Width == odd
                ? (float)random.NextDouble() - 0.5f
                : (i % MadeImages.Width == 0 ? 1 : 0.1f * (float)random.NextDouble()))];
            return new ImageTokens(tokens.EncoderId, tokens.Grid, tokens.Width, tokens.ClassToken, [tokens.Layers[0], new LayerTokens(2, noise)])
                .RoundedToHalf();
        }
    }

    [Fact]
    public void Fit_SwitchedOff_NoWeight()
    {
        var parts = Fit(MadeImages.Set(8, 6), new FitOptions(UseHeads: false, UseText: false)).Report.Parts;

        Assert.All(
            new[] { FitPart.Text, FitPart.PatchHead, FitPart.ImageHead },
            part => Assert.Equal((0, FitReason.SwitchedOff), (parts[(int)part].Weight, parts[(int)part].Reason)));
    }

    [Fact]
    public void Fit_OneGoodImage_Refused()
        => Assert.Equal(RefusalCode.FitGoodImagesTooFew, Assert.Throws<RefusedInputException>(() => Fit(MadeImages.Set(1, 5))).Code);

    [Fact]
    public void Fit_Cancelled_Stops()
        => Assert.ThrowsAny<OperationCanceledException>(
            () => FittedDetector.Fit(MadeImages.Texts, MadeImages.Model, MadeImages.Set(8, 6), new FitOptions(), null, new CancellationToken(canceled: true)));

    [Fact]
    public void With_GoodRegion_CalmsItAndOldDetectorStays()
    {
        var before = Fit(MadeImages.Set(8, 6));
        var tokens = MadeImages.Tokens(900, 0);
        var old = before.Score(tokens, "x");

        var now = before.With([new RegionFeedback("x", tokens, [MadeImages.DefectPatch, MadeImages.DefectPatch + 1], false)]).Score(tokens, "x");

        Assert.True(Peak(now) < Peak(old) / 2, $"{Peak(old)} became {Peak(now)}");
        Assert.True(now.Score < old.Score);
        Assert.Equal(old.Map.Values, before.Score(tokens, "x").Map.Values);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(0)]
    public void With_DefectRegion_ShowsItAndLeavesOtherImagesAlone(int anomalies)
    {
        var before = Fit(MadeImages.Set(8, anomalies));
        var tokens = MadeImages.Tokens(901, null);
        var other = MadeImages.Tokens(902, null);

        var now = before.With([new RegionFeedback("x", tokens, [MadeImages.DefectPatch], true)]);

        Assert.True(Peak(now.Score(tokens, "x")) > 1.2 * Peak(before.Score(tokens, "x")));
        Assert.True(now.Score(tokens, "x").Score > before.Score(tokens, "x").Score);
        Assert.Equal(before.Score(other, null).Score, now.Score(other, null).Score, 0.5f);
    }

    [Theory]
    [InlineData(901)]
    [InlineData(906)]
    public void With_FirstDefectOfGoodImagesAlone_RaisesAKnownDefectByThreeSpreadsAtMost(int seed)
    {
        var before = Fit(MadeImages.Set(8, 0));
        var plain = MadeImages.Tokens(seed, null);
        var plainDefect = MadeImages.Tokens(seed, 0);

        foreach (var tokens in new[] { plain, plainDefect })
        {
            var now = before.With([new RegionFeedback("x", tokens, [MadeImages.DefectPatch], true)]);
            Assert.InRange(now.Score(tokens, "x").Score - before.Score(tokens, "x").Score, 0.1f, 3.001f);
        }
    }

    [Fact]
    public void With_RegionsOneAfterTheOther_SameBitsAsAtOnce()
    {
        var detector = Fit(MadeImages.Set(8, 6, Classes));
        RegionFeedback[] said =
        [
            new("x", MadeImages.Tokens(903, 0), [3, 4], false), new("y", MadeImages.Tokens(904, 0), [8], true), new("x", MadeImages.Tokens(903, 0), [9], false),
        ];
        var tokens = MadeImages.Tokens(905, 1);

        var (atOnce, oneByOne) = (detector.With(said).Score(tokens, null), said.Aggregate(detector, (taught, one) => taught.With([one])).Score(tokens, null));

        Assert.Equal(atOnce.Score, oneByOne.Score);
        Assert.Equal(atOnce.Map.Values, oneByOne.Map.Values);
    }

    [Fact]
    public void Read_Written_SameBits()
    {
        foreach (var images in (LabelledTokens[][])[MadeImages.Set(8, 6, Classes), MadeImages.Set(20, 14, Classes), MadeImages.Set(5, 0)])
        {
            var detector = Fit(images)
                .With([new RegionFeedback("x", MadeImages.Tokens(903, 0), [3, 4], false), new RegionFeedback("y", MadeImages.Tokens(904, 0), [8], true)]);
            using var file = new MemoryStream();
            detector.Write(file);
            file.Position = 0;
            var read = FittedDetector.Read(file, MadeImages.Model);

            var tokens = MadeImages.Tokens(905, 1);
            var (a, b) = (detector.Score(tokens, null), read.Score(tokens, null));
            Assert.Equal(a.Score, b.Score);
            Assert.Equal(a.Map.Values, b.Map.Values);
            Assert.Equal(a.ClassProbabilities, b.ClassProbabilities);
            Assert.Equal(detector.Report.Scores, read.Report.Scores);
            Assert.Equal(detector.Report.Parts, read.Report.Parts);
            var said = new RegionFeedback("z", tokens, [1], false);
            Assert.Equal(detector.With([said]).Score(tokens, null).Map.Values, read.With([said]).Score(tokens, null).Map.Values);
        }
    }

    [Fact]
    public void Read_ChangedOrCutOff_Refused()
    {
        using var file = new MemoryStream();
        Fit(MadeImages.Set(4, 3, Classes)).Write(file);
        var bytes = file.ToArray();
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            if (i % 4 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }
            else
            {
                damaged[i % 2 == 0 ? random.Next(damaged.Length) : random.Next(Math.Min(4000, damaged.Length))] ^= (byte)random.Next(1, 256);
            }
            try
            {
                using var stream = new MemoryStream(damaged);
                FittedDetector.Read(stream, MadeImages.Model);
                // What no number is in: spaces at the end of the header, or the names of shapes.
                Assert.Equal(bytes.Length, damaged.Length);
            }
            catch (RefusedInputException)
            {
                // As it should be.
            }
        }
    }

    private static FittedDetector Fit(IReadOnlyList<LabelledTokens> images, FitOptions? options = null)
        => FittedDetector.Fit(MadeImages.Texts, MadeImages.Model, images, options ?? new FitOptions(), null, CancellationToken.None);

    private static float Peak(AdClip.Vision.Detection.Detection found)
    {
        const int y = (MadeImages.DefectPatch / MadeImages.Grid * 8) + 4;
        const int x = (MadeImages.DefectPatch % MadeImages.Grid * 8) + 4;
        return found.Map.Values[(y * MadeImages.Side) + x];
    }

    private static double Cosine(ImageTokens a, ImageTokens b, int layer, int i, int j)
    {
        var left = a.Patches(layer).Slice(i * MadeImages.Width, MadeImages.Width);
        return TensorPrimitives.CosineSimilarity(left, b.Patches(layer).Slice(j * MadeImages.Width, MadeImages.Width));
    }
}
