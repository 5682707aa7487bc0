using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class PixelHalvesTests
{
    [Fact]
    public void HeldOut_RandomImages_EqualsEachHalfAtTheOthersThreshold()
    {
        var random = new Random(12);
        var halves = new PixelHalves();
        List<(float[] Map, byte[] Mask, int Half)> images = [];
        for (var i = 0; i < 9; i++)
        {
            byte[] mask = [.. Enumerable.Range(0, 64).Select(pixel => (byte)(i % 3 == 0 && pixel < 16 ? 1 : 0))];
            float[] map = [.. mask.Select(defect => random.NextSingle() + (defect * 0.5f))];
            images.Add((map, mask, halves.Add(map, mask, 8, 8)));
        }
        Assert.Equal([0, 0, 1, 1, 0, 1, 0, 0, 1], images.Select(image => image.Half));
        var thresholds = halves.Thresholds()!;
        for (var half = 0; half < 2; half++)
        {
            var other = new PixelMetrics(0);
            foreach (var (map, mask, of) in images.Where(image => image.Half != half))
            {
                other.Add(map, mask, 8, 8);
            }
            Assert.Equal(other.ToCurve().BestF1!.Value.Threshold, thresholds[half]);
        }
        var pixels = images.SelectMany(image => image.Map.Select((value, i) => (Called: value >= thresholds[image.Half], Defect: image.Mask[i] != 0))).ToList();
        Assert.Equal(
            new Confusion(
                pixels.Count(p => p.Called && p.Defect), pixels.Count(p => p.Called && !p.Defect),
                pixels.Count(p => !p.Called && !p.Defect), pixels.Count(p => !p.Called && p.Defect)),
            halves.HeldOut());
    }

    [Fact]
    public void HeldOut_OneDefectiveImage_IsUndefined()
    {
        var halves = new PixelHalves();
        halves.Add([0, 1], [0, 1], 2, 1);
        halves.Add([0, 1], [0, 0], 2, 1);
        Assert.Null(halves.Thresholds());
        Assert.Null(halves.HeldOut());
    }
}
