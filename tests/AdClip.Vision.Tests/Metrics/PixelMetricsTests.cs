using System.Text.Json;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public class PixelMetricsTests
{
    [Fact]
    public void ToCurve_GoldenCases_SameAreas()
    {
        var golden = new MetricsGolden("pixel-level");
        foreach (var golden1 in golden.Cases)
        {
            var name = golden1.GetProperty("name").GetString()!;
            var curve = Add(golden, name, new PixelMetrics()).ToCurve();

            Assert.True(curve.IsExact);
            Close(golden1.GetProperty("pixel_auroc"), curve.AreaUnderRoc?.Value, 1e-9, name);
            Close(curve.Positives == 0 ? default : golden1.GetProperty("pixel_average_precision"), curve.AveragePrecision?.Value, 1e-9, name);
            if (golden1.TryGetProperty("pixel_f1_max", out var f1Max))
            {
                Close(curve.AreaUnderRoc is null ? default : f1Max, curve.F1Max?.Value, 1e-12, name);
                Assert.Equal(curve.AreaUnderRoc is null ? null : golden1.GetProperty("pixel_f1_max_threshold").GetDouble(), curve.BestF1?.Threshold);
            }
            Close(golden1.GetProperty("aupro_0.3"), curve.AuproOfReference(), 1e-6, name);
            if (curve.ReferencePoints() is { } points)
            {
                Assert.Equal(golden.Doubles($"{name}.aupro_fpr_rescaled"), points.Select(point => point.Rate), (want, got) => Math.Abs(want - got) < 1e-6);
                Assert.Equal(golden.Doubles($"{name}.aupro_pro"), points.Select(point => point.Overlap), (want, got) => Math.Abs(want - got) < 1e-6);
            }
            if (golden1.TryGetProperty("components", out var components))
            {
                Assert.Equal(components.EnumerateArray().Sum(n => n.GetInt32()), curve.Regions);
            }
        }
        Assert.Equal(8, golden.Cases.Count);
    }

    [Theory]
    [InlineData(16L << 20, 0)]
    [InlineData(0, 0)]
    [InlineData(16L << 20, 1)]
    [InlineData(0, 1)]
    public void ToCurve_PixelsOfOneTruth_HaveNoBestF1(long exactPixels, byte truth)
    {
        var metrics = new PixelMetrics(exactPixels);
        metrics.Add([0.1f, 0.5f, 0.5f, 0.9f], [truth, truth, truth, truth], 2, 2);
        var halves = new PixelHalves();
        halves.Add([0.1f, 0.5f, 0.5f, 0.9f], [truth, truth, truth, truth], 2, 2);
        halves.Add([0.1f, 0.5f, 0.5f, 0.9f], [truth, truth, truth, truth], 2, 2);

        var curve = metrics.ToCurve();

        Assert.Null(curve.BestF1);
        Assert.Null(curve.F1Max);
        Assert.Null(halves.Thresholds());
        Assert.Null(halves.HeldOut());
    }

    [Theory]
    [InlineData(16L << 20)]
    [InlineData(0)]
    public void Add_InspectedPart_AsIfTheOtherPixelsWereNotThere(long exactPixels)
    {
        // Three defects in one row of pixels: wholly inside, cut by the border, wholly outside.
        byte[] mask = [0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1];
        byte[] inspected = [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
        float[] map = [.. mask.Select((_, i) => (i * 7 % 12) / 16f)];
        var metrics = new PixelMetrics(exactPixels);
        metrics.Add(map, mask, 12, 1, inspected);
        var alone = new PixelMetrics(exactPixels);
        alone.Add(map.AsSpan(0, 7), mask.AsSpan(0, 7), 7, 1);

        var (curve, want) = (metrics.ToCurve(), alone.ToCurve());

        Assert.Equal(1, metrics.ExcludedRegions);
        Assert.Equal(0, alone.ExcludedRegions);
        Assert.Equal((want.Regions, want.Positives, want.Negatives), (curve.Regions, curve.Positives, curve.Negatives));
        Assert.Equal(want.AreaUnderRoc, curve.AreaUnderRoc);
        Assert.Equal(want.AveragePrecision, curve.AveragePrecision);
        Assert.Equal(want.Aupro(), curve.Aupro());
    }

    [Fact]
    public void Add_DefectCutInTwoByAnIgnoredStrip_StaysOneRegion()
    {
        byte[] mask = [0, 1, 1, 1, 0];
        var metrics = new PixelMetrics();

        metrics.Add([0.1f, 0.2f, 0.3f, 0.4f, 0.5f], mask, 5, 1, [1, 1, 0, 1, 1]);

        Assert.Equal(1, metrics.ToCurve().Regions);
        Assert.Equal(2, metrics.ToCurve().Positives);
    }

    [Fact]
    public void ToCurve_Buckets_ErrorBoundsHoldAgainstExact()
    {
        foreach (var (exact, bucketed) in new[] { RandomCurves(1, coarse: false), RandomCurves(2, coarse: true), RandomCurves(3, coarse: false) })
        {
            Assert.True(exact.IsExact);
            Assert.False(bucketed.IsExact);
            Holds(exact.AreaUnderRoc, bucketed.AreaUnderRoc);
            Holds(exact.AveragePrecision, bucketed.AveragePrecision);
            Holds(exact.F1Max, bucketed.F1Max);
            Holds(exact.Aupro(), bucketed.Aupro());
            Holds(exact.Aupro(0.05), bucketed.Aupro(0.05));
            foreach (var point in bucketed.Points())
            {
                Assert.Equal(exact.At(point.Threshold).Counts, point.Counts);
            }
        }

        static void Holds(Bounded? exact, Bounded? bucketed)
        {
            Assert.Equal(0, exact!.Value.Error, 12);
            Assert.InRange(Math.Abs(bucketed!.Value.Value - exact.Value.Value), 0, bucketed.Value.Error + 1e-12);
            Assert.InRange(bucketed.Value.Error, 0, 0.03);
        }
    }

    [Fact]
    public void Aupro_SmallMaps_EqualsSlowDefinition()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 5; trial++)
        {
            var (map, mask) = (new float[12 * 9], new byte[12 * 9]);
            for (var i = 0; i < map.Length; i++)
            {
                mask[i] = (byte)(i % 12 is > 2 and < 5 || i is 10 or 58 ? 255 : 0);
                map[i] = random.Next(30) / 10f + (mask[i] > 0 ? 0.8f : 0);
            }
            var metrics = new PixelMetrics();
            metrics.Add(map, mask, 12, 9);

            Assert.Equal(SlowAupro(map, mask, DefectRegions.Find(mask, 12, 9), 0.3), metrics.ToCurve().Aupro()!.Value.Value, 12);
        }
    }

    [Fact]
    public void Points_ManyValues_AreFewAndReachBothEnds()
    {
        var (exact, _) = RandomCurves(4, coarse: false);

        var points = exact.Points(resolution: 100);

        Assert.InRange(points.Count, 50, 400);
        Assert.Equal(1, points[0].Counts.Recall);
        Assert.Equal(points.OrderBy(point => point.Threshold), points);
        foreach (var (low, high) in points.Zip(points.Skip(1)))
        {
            Assert.InRange(low.Counts.Recall!.Value - high.Counts.Recall!.Value, 0, 0.02);
        }
    }

    [Fact]
    public void Find_DiagonalNeighbours_AreOneRegion()
    {
        byte[] mask =
        [
            1, 0, 0, 1,
            0, 1, 0, 0,
            0, 0, 0, 1,
        ];

        var regions = DefectRegions.Find(mask, 4, 3);

        Assert.Equal([2, 1, 1], regions.Sizes);
        Assert.Equal([0, -1, -1, 1, -1, 0, -1, -1, -1, -1, -1, 2], regions.Labels.ToArray());
    }

    [Fact]
    public void Add_InfiniteValue_IsRefused() =>
        Assert.Equal(
            RefusalCode.ScoreNotFinite,
            Assert.Throws<RefusedInputException>(() => new PixelMetrics().Add([1, float.PositiveInfinity], [0, 1], 2, 1)).Code);

    [Fact]
    public void ToCurve_NoImage_HasNoNumbers()
    {
        var curve = new PixelMetrics().ToCurve();

        Assert.Null(curve.AreaUnderRoc);
        Assert.Null(curve.AveragePrecision);
        Assert.Null(curve.BestF1);
        Assert.Null(curve.Aupro());
        Assert.Null(curve.AuproOfReference());
        Assert.Empty(curve.Points());
    }

    [Fact]
    public void FloatKey_AnyOrder_SortsAsFloats()
    {
        float[] values = [float.MinValue, -1.5f, -float.Epsilon, 0f, float.Epsilon, 1e-20f, 1.5f, float.MaxValue];

        var keys = values.Select(FloatKey.Of).ToArray();

        Assert.Equal(keys.Order(), keys);
        Assert.Equal(values, keys.Select(FloatKey.ToFloat));
        Assert.Equal(FloatKey.Of(0f), FloatKey.Of(-0f));
    }

    private static (PixelCurve Exact, PixelCurve Bucketed) RandomCurves(int seed, bool coarse)
    {
        var random = new Random(seed);
        // The second one starts exact and folds into buckets at its second image.
        var (exact, bucketed) = (new PixelMetrics(), new PixelMetrics(exactPixels: 64 * 64));
        for (var image = 0; image < 4; image++)
        {
            var (map, mask) = (new float[64 * 64], new byte[64 * 64]);
            for (var i = 0; i < map.Length; i++)
            {
                int x = i % 64, y = i / 64;
                mask[i] = (byte)(image > 0 && (x / 8 == image && y / 16 == 1 || x > 60 && y < 4) ? 1 : 0);
                var value = (float)(-Math.Log(1 - random.NextDouble()) + (mask[i] > 0 ? 1.2 : 0) - 0.3);
                map[i] = coarse ? MathF.Round(value * 16) / 16 : value;
            }
            exact.Add(map, mask, 64, 64);
            bucketed.Add(map, mask, 64, 64);
        }
        return (exact.ToCurve(), bucketed.ToCurve());
    }

    private static double SlowAupro(float[] map, byte[] mask, DefectRegions regions, double limit)
    {
        var labels = regions.Labels.ToArray();
        List<(double Rate, double Overlap)> points = [(0, 0)];
        foreach (var threshold in map.Distinct().OrderDescending())
        {
            var rate = map.Where((value, i) => value >= threshold && mask[i] == 0).Count() / (double)mask.Count(m => m == 0);
            var overlap = regions.Sizes.Select((size, region) => map.Where((value, i) => value >= threshold && labels[i] == region).Count() / (double)size)
                .Average();
            points.Add((rate, overlap));
        }
        var area = 0.0;
        foreach (var (a, b) in points.Zip(points.Skip(1)))
        {
            var end = Math.Min(b.Rate, limit);
            if (end > a.Rate)
            {
                var overlapAtEnd = a.Overlap + (b.Overlap - a.Overlap) * (end - a.Rate) / (b.Rate - a.Rate);
                area += (end - a.Rate) * (a.Overlap + overlapAtEnd) / 2;
            }
        }
        return area / limit;
    }

    private static PixelMetrics Add(MetricsGolden golden, string name, PixelMetrics metrics)
    {
        var (masks, maps, images) = name switch
        {
            "main_first4" => ("main", "main", [0, 1, 2, 3]),
            "main_no_good" => ("main", "main", [0, 1, 2, 4, 5]),
            "main_diagonal" => ("main", "main", [5]),
            "all_good" => (null, "nearly_perfect", [0, 1]),
            "constant_map" => ("nearly_perfect", null, [0, 1]),
            _ => (name, name, Enumerable.Range(0, golden.Shape($"{name}.maps")[0]).ToArray()),
        };
        var shape = golden.Shape($"{maps ?? masks}.maps");
        var pixels = shape[1] * shape[2];
        var map = maps is null ? Enumerable.Repeat(0.5f, shape[0] * pixels).ToArray() : golden.Halves($"{maps}.maps");
        var mask = masks is null ? new byte[shape[0] * pixels] : golden.Bytes($"{masks}.masks");
        foreach (var image in images)
        {
            metrics.Add(map.AsSpan(image * pixels, pixels), mask.AsSpan(image * pixels, pixels), shape[2], shape[1]);
        }
        return metrics;
    }

    private static void Close(JsonElement want, double? got, double tolerance, string name)
    {
        if (want.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            Assert.Null(got);
        }
        else
        {
            Assert.True(got is { } value && Math.Abs(want.GetDouble() - value) <= tolerance, $"{name}: want {want}, got {got}");
        }
    }
}
