using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class RegionMetricsTests
{
    [Fact]
    public void ToFigures_HandMadeImages_CountsByClassSizeAndGoodImage()
    {
        var metrics = new RegionMetrics();
        // 10 x 10: a scratch of 2 pixels (2 %) found, a dent of 12 (12 %) missed, one false region.
        var map = new float[100];
        var (scratch, dent) = (new byte[100], new byte[100]);
        (scratch[11], scratch[12]) = (1, 1);
        for (var i = 0; i < 12; i++)
        {
            dent[(5 + (i / 4)) * 10 + 5 + (i % 4)] = 1;
        }
        (map[11], map[12], map[91]) = (.8f, .9f, .7f);
        Assert.Equal(new ImageRegions(2, 1, 1), metrics.Add(map, [("scratch", scratch), ("dent", dent)], 10, 10, 0.5));
        var good = new float[100];
        (good[0], good[50], good[51]) = (.6f, .6f, .7f);
        Assert.Equal(new ImageRegions(0, 0, 2), metrics.Add(good, [], 10, 10, 0.5));
        Assert.Equal(new ImageRegions(0, 0, 0), metrics.Add(good, [], 10, 10, 0.9));

        var figures = metrics.ToFigures();
        Assert.Equal((3, 2, 2, 1), (figures.Images, figures.GoodImages, figures.FalseRegionsOnGood, figures.FalseRegionsOnDefective));
        Assert.Equal(1.0, figures.FalsePerGoodImage);
        Assert.Equal([new("dent", 0, 1), new("scratch", 1, 1)], figures.ByClass);
        Assert.Equal([0, 0, 1, 1], figures.BySize.Select(size => size.Labelled));
        Assert.Equal([0, 0, 1, 0], figures.BySize.Select(size => size.Found));
        Assert.Equal((1, 2), (figures.All.Found, figures.All.Labelled));
        // The best box is right and finds half of the boxes: precision 1 at recalls 0 ... 0.50, then 0.
        Assert.Equal(51.0 / 101, figures.BoxPrecision50!.Value, 12);
        Assert.Equal(51.0 / 101, figures.BoxPrecision5095!.Value, 12);
    }

    [Fact]
    public void ToFigures_NothingLabelled_HasNoBoxPrecision()
    {
        var metrics = new RegionMetrics();
        metrics.Add([0, 1], [], 2, 1, 0.5);
        Assert.Null(metrics.ToFigures().BoxPrecision50);
        Assert.Null(metrics.ToFigures().All.Recall);
    }

    [Fact]
    public void Bounds_RandomMasks_EqualTheExtremesOfTheLabels()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var (width, height) = (1 + random.Next(20), 1 + random.Next(20));
            byte[] mask = [.. Enumerable.Range(0, width * height).Select(_ => (byte)(random.NextDouble() < 0.3 ? 1 : 0))];
            var regions = DefectRegions.Find(mask, width, height);
            var labels = regions.Labels.ToArray();
            var bounds = regions.Bounds(width);
            for (var region = 0; region < regions.Sizes.Count; region++)
            {
                var pixels = Enumerable.Range(0, labels.Length).Where(i => labels[i] == region).ToList();
                int left = pixels.Min(i => i % width), top = pixels.Min(i => i / width);
                Assert.Equal(new PixelBounds(left, top, pixels.Max(i => i % width) + 1 - left, pixels.Max(i => i / width) + 1 - top), bounds[region]);
            }
        }
    }
}
