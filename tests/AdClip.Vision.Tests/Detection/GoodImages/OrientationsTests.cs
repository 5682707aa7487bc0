using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.GoodImages;

/// <summary>The choice on tokens whose kinship is known by construction: patch (row, column) of image i in an orientation is a vector.</summary>
public sealed class OrientationsTests
{
    private const int Grid = 4;
    private const int Width = 8;
    private const string Encoder = "made-up";

    [Fact]
    public void Means_AnyTokens_AsThePlainSearch()
    {
        var patches = Patches(3, (image, orientation) => Random(image, orientation));
        var layers = Layers();

        var means = Orientations.Means(patches, 3, Orientation.Rotations, null);

        (int A, int B)[] pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
        Assert.Equal(pairs.Length, means.Count);
        foreach (var ((a, b), values) in pairs.Zip(means))
        {
            foreach (var (o, orientation) in Orientation.Rotations.Index())
            {
                float[] from = PatchLayers.Wide(layers.Learnable(Random(a, Orientation.Upright), Orientation.Upright));
                float[] to = PatchLayers.Wide(layers.Learnable(Random(b, orientation), orientation));
                var expected = Enumerable.Range(0, from.Length / Width).Average(p => Enumerable.Range(0, to.Length / Width).Min(q => Distance(from, p, to, q)));
                Assert.Equal(expected, values[o], 1e-5);
            }
        }
        Assert.Equal(1 - (means.Average(pair => pair.Min()) / means.Average(pair => pair[0])), Orientations.AngleGain(means));
    }

    [Fact]
    public void Choose_ImagesThatAreTurnsOfEachOther_Rotations()
    {
        // Image i lies turned by 2 i steps: turned back, it is image 0.
        var finding = Orientations.Choose(
            Patches(4, (image, orientation) => Random((orientation.Step + (2 * image)) % 16, orientation.IsMirrored, 0.05, image)), OrientationChoice.Auto);

        Assert.Equal((OrientationChoice.Rotations, OrientationReason.Turning), (finding.Orientations, finding.Reason));
        Assert.True(finding.AngleGain > 0.3);
    }

    [Theory]
    [InlineData(4, OrientationChoice.Flips, OrientationReason.Symmetric)]
    [InlineData(100, OrientationChoice.None, OrientationReason.ManyImages)]
    public void Choose_ImagesThatAreAlikeMirroredToo_FlipsUnlessThereAreMany(int images, OrientationChoice choice, OrientationReason reason)
    {
        // Halves of a turn and mirror images show the same, other turns something else.
        var finding = Orientations.Choose(
            Patches(images, (image, orientation) => Random(orientation.Step % 8, false, 0.2, image)), OrientationChoice.Auto);

        Assert.Equal((choice, reason), (finding.Orientations, finding.Reason));
        Assert.True(finding.AngleGain < 0.06);
        Assert.Equal(images == 100, finding.FlipRatio is null);
    }

    [Fact]
    public void Choose_ImagesOfOneOrientation_None()
    {
        var finding = Orientations.Choose(
            Patches(4, (image, orientation) => Random(orientation.Step, orientation.IsMirrored, 0.2, image)), OrientationChoice.Auto);

        Assert.Equal((OrientationChoice.None, OrientationReason.OneOrientation), (finding.Orientations, finding.Reason));
        Assert.True(finding.FlipRatio > 1.05);
    }

    [Fact]
    public void Choose_OneImage_NoneAndWhy()
        => Assert.Equal(
            new OrientationFinding(OrientationChoice.None, OrientationReason.OneImage, null, null),
            Orientations.Choose(Patches(1, Random), OrientationChoice.Auto));

    [Fact]
    public void Choose_AskedFor_LooksAtNothing()
        => Assert.Equal(
            new OrientationFinding(OrientationChoice.Flips, OrientationReason.AskedFor, null, null),
            Orientations.Choose(
                Patches(2, (image, orientation) => orientation == Orientation.Upright
                    ? Random(image, orientation)
                    : throw new InvalidOperationException("looked")),
                OrientationChoice.Flips));

    private static PatchLayers Layers() => new(new FitContext(Encoder, 16 * Grid, Grid, ScoringScheme.GoodImages([1])));

    private static GoodPatches Patches(int images, Func<int, Orientation, ImageTokens> tokens)
    {
        // Only five are looked at.
        ImageTokens[] upright = [.. Enumerable.Range(0, Math.Min(5, images)).Select(image => tokens(image, Orientation.Upright))];
        return new GoodPatches(
            [.. Enumerable.Range(0, images).Select(image => new GoodImage($"{image:d3}", upright[image % 5], orientation => tokens(image, orientation)))],
            Layers(), 2, TestContext.Current.CancellationToken);
    }

    private static ImageTokens Random(int image, Orientation orientation) => Random(orientation.Step, orientation.IsMirrored, 1, image);

    // The same for equal step and mirroring, but for noise of the image.
    private static ImageTokens Random(int step, bool isMirrored, double noise, int image)
    {
        var (shared, own) = (new Random((2 * step) + (isMirrored ? 1 : 0)), new Random((1000 * (image + 1)) + step));
        var values = new float[(1 + (Grid * Grid)) * Width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(shared.NextDouble() - 0.5 + (noise * (own.NextDouble() - 0.5)));
        }
        return new ImageTokens(Encoder, Grid, Width, values[..Width], [new LayerTokens(1, values)]);
    }

    private static double Distance(float[] a, int p, float[] b, int q)
        => Math.Sqrt(Enumerable.Range(0, Width).Sum(i => Math.Pow((double)a[(p * Width) + i] - b[(q * Width) + i], 2)));
}
