using AdClip.Vision.Detection.Baseline;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tests.Detection.FewShot;

namespace AdClip.Vision.Tests.Detection.Baseline;

public sealed class StatisticsDetectorTests
{
    private const int Patch = MadeImages.Side / MadeImages.Grid;

    [Fact]
    public void Of_RampAcross_TheNumbersByHand()
    {
        // Grey rises by 4 of 255 a column: Sobel across is 8 steps, nothing down, no curvature but at the mirrored borders.
        var numbers = PatchStatistics.Of(Picture((x, _) => (byte)(4 * x)), Patch);

        var row = ((2 * MadeImages.Grid) + 2) * PatchStatistics.Width;
        float[] expected = [4 * 19.5f / 255, 4 * MathF.Sqrt(63 / 12f) / 255, 4 * 16f / 255, 4 * 23f / 255, 8 * 4f / 255, 0, 0, 8 * 4f / 255, 0, 0];
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], numbers[row + i], 1e-4f);
            // Neighbours left and right differ in opposite ways, so their mean is the patch's own number.
            Assert.Equal(expected[i], numbers[row + 10 + i], 1e-4f);
        }
    }

    [Fact]
    public void Score_AnyImage_AsTheSlowObviousVersion()
    {
        var good = Enumerable.Range(0, 3).Select(i => ($"g{i}", PatchStatistics.Of(Noise(i), Patch))).ToArray();
        var detector = new StatisticsDetector(good, MadeImages.Model);
        var query = PatchStatistics.Of(Noise(9, spot: true), Patch);

        Assert.Equal(Slow(query, good), detector.Score(query, null).Score, 2e-3f);
        Assert.Equal(Slow(good[1].Item2, [good[0], good[2]], good), detector.Score(good[1].Item2, "g1").Score, 2e-3f);
    }

    [Fact]
    public void Score_Spot_AboveGoodAndShownWhereItIs()
    {
        var detector = new StatisticsDetector([.. Enumerable.Range(0, 4).Select(i => ($"g{i}", PatchStatistics.Of(Noise(i), Patch)))], MadeImages.Model);

        var found = detector.Score(PatchStatistics.Of(Noise(9, spot: true), Patch), null);

        Assert.True(found.Score > 2 * detector.Score(PatchStatistics.Of(Noise(10), Patch), null).Score);
        var peak = Array.IndexOf(found.Map.Values, found.Map.Values.Max());
        Assert.InRange(peak % MadeImages.Side, 20, 31);
        Assert.InRange(peak / MadeImages.Side, 20, 31);
    }

    private static float Slow(float[] query, (string, float[])[] bank, (string, float[])[]? all = null)
    {
        var rows = Rows([.. (all ?? bank).Select(image => image.Item2)]);
        double[] mean = [.. Enumerable.Range(0, PatchStatistics.Width).Select(i => rows.Average(row => row[i]))];
        double[] deviation = [.. Enumerable.Range(0, PatchStatistics.Width).Select(i => Math.Sqrt(rows.Average(row => Math.Pow(row[i] - mean[i], 2))) + 1e-6)];
        var good = Rows([.. bank.Select(image => image.Item2)]);
        // The largest hundredth of 36 patches is the largest one.
        return (float)Rows([query])
            .Max(row => good.Min(other => Math.Sqrt(row.Index().Sum(value => Math.Pow((value.Item - other[value.Index]) / deviation[value.Index], 2)))));
    }

    private static float[][] Rows(float[][] images) => [.. images.SelectMany(image => image.Chunk(PatchStatistics.Width))];

    private static PixelImage Noise(int seed, bool spot = false)
    {
        var random = new Random(seed);
        return Picture((x, y) => (byte)(spot && Math.Abs(x - 25) < 3 && Math.Abs(y - 25) < 3 ? 250 : 100 + random.Next(20)));
    }

    private static PixelImage Picture(Func<int, int, byte> grey)
    {
        const int side = MadeImages.Side;
        return new PixelImage(side, side, [.. Enumerable.Range(0, side * side).SelectMany(i => Enumerable.Repeat(grey(i % side, i / side), 3))]);
    }
}
