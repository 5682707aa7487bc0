namespace AdClip.Vision.Metrics;

/// <summary>Pixel-level curves and areas; made by <see cref="PixelMetrics"/>.</summary>
public sealed class PixelCurve
{
    private const int ReferenceStepCount = 200;

    private readonly IEnumerable<Step> _steps;

    /// <param name="steps">From high to low; read several times.</param>
    /// <param name="regions">Defect regions.</param>
    /// <param name="isExact">Whether each step is one value.</param>
    internal PixelCurve(IEnumerable<Step> steps, int regions, bool isExact)
    {
        _steps = steps;
        Regions = regions;
        IsExact = isExact;
        foreach (var step in steps)
        {
            Positives += step.Defect;
            Negatives += step.Sound;
        }
        AreaUnderRoc = ComputeAreaUnderRoc();
        AveragePrecision = ComputeAveragePrecision();
        (BestF1, F1Max) = ComputeBestF1();
    }

    /// <summary>All pixels of one value (exact) or of one bucket, whose smallest value it names; steps run from high to low.</summary>
    internal readonly record struct Step(float Threshold, long Sound, long Defect, double Overlap);

    /// <summary>Whether every value was kept; then each error bound is 0.</summary>
    public bool IsExact { get; }

    /// <summary>Defective pixels.</summary>
    public long Positives { get; }

    /// <summary>Sound pixels.</summary>
    public long Negatives { get; }

    /// <summary>8-connected defect regions.</summary>
    public int Regions { get; }

    /// <summary>Area under the ROC curve, ties one half; null when all pixels are of one class.</summary>
    public Bounded? AreaUnderRoc { get; }

    /// <summary>Step sum of (recall step) x precision; null without a defective pixel.</summary>
    public Bounded? AveragePrecision { get; }

    /// <summary>The point of largest F1 among those known exactly (value >= threshold), smallest threshold among equals; null unless there are pixels
    /// of both kinds.</summary>
    public CurvePoint? BestF1 { get; }

    /// <summary>The largest F1 that any threshold reaches; null unless there are pixels of both kinds.</summary>
    public Bounded? F1Max { get; }

    /// <summary>F1 of calling every pixel defective.</summary>
    public double AllPositiveF1 => new Confusion(Positives, Negatives, 0, 0).F1;

    /// <summary>
    /// Area under per-region overlap against false positive rate from 0 to <paramref name="limit"/>, divided by the limit:
    /// trapezoids over every threshold, linear interpolation at the limit. Null without a region or a sound pixel.
    /// </summary>
    public Bounded? Aupro(double limit = 0.3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1);
        if (Regions == 0 || Negatives == 0)
        {
            return null;
        }
        double area = 0, low = 0, high = 0, rate = 0, overlap = 0;
        var sound = 0L;
        foreach (var step in _steps)
        {
            sound += step.Sound;
            var nextRate = (double)sound / Negatives;
            var nextOverlap = overlap + step.Overlap / Regions;
            var width = Math.Min(nextRate, limit) - rate;
            if (width > 0)
            {
                var end = overlap + (nextOverlap - overlap) * width / (nextRate - rate);
                area += width * (overlap + end) / 2;
                low += width * overlap;
                high += width * nextOverlap;
            }
            if (nextRate > limit)
            {
                break;
            }
            (rate, overlap) = (nextRate, nextOverlap);
        }
        return new(area / limit, IsExact ? 0 : Math.Max(area - low, high - area) / limit);
    }

    /// <summary>
    /// AUPRO@0.3 as the reference implementation of AnomalyCLIP computes it: 200 equidistant thresholds, points below 0.3
    /// only, their rates stretched to 0..1. For comparison with papers; far from the exact value where maps have heavy
    /// tails. Null without a region, for a constant map, or when values were not kept (<see cref="IsExact"/>).
    /// </summary>
    public double? AuproOfReference() => ReferencePoints() is { Count: > 1 } points
        ? points.Zip(points.Skip(1), (a, b) => (a.Rate - b.Rate) * (a.Overlap + b.Overlap) / 2).Sum()
        : null;

    /// <summary>The reference's points (stretched rate, mean overlap), thresholds ascending.</summary>
    internal List<(double Rate, double Overlap)>? ReferencePoints()
    {
        if (!IsExact || Regions == 0 || Negatives == 0)
        {
            return null;
        }
        float largest = _steps.First().Threshold, smallest = _steps.Last().Threshold;
        if (largest == smallest)
        {
            return null;
        }
        // The reference's grid: the range in float32, the rest in float64, rounded to float32 where it is compared.
        var stride = smallest + (double)(largest - smallest) / ReferenceStepCount - smallest;
        List<(double Rate, double Overlap)> points = [];
        using var next = _steps.GetEnumerator();
        var isLeft = next.MoveNext();
        var sound = 0L;
        var overlap = 0.0;
        for (var i = ReferenceStepCount - 1; i >= 0; i--)
        {
            var threshold = (float)(smallest + i * stride);
            for (; isLeft && next.Current.Threshold > threshold; isLeft = next.MoveNext())
            {
                sound += next.Current.Sound;
                overlap += next.Current.Overlap;
            }
            var rate = (double)sound / Negatives;
            if (rate >= 0.3)
            {
                break;
            }
            points.Add((rate, overlap / Regions));
        }
        points.Reverse();
        if (points.Count == 0 || points[0].Rate == points[^1].Rate)
        {
            return null;
        }
        double highest = points[0].Rate, lowest = points[^1].Rate;
        return [.. points.Select(point => ((point.Rate - lowest) / (highest - lowest), point.Overlap))];
    }

    /// <summary>
    /// The exact outcomes at the smallest known threshold that is not below <paramref name="threshold"/>. With all values
    /// kept these are the outcomes at <paramref name="threshold"/> itself; else those of the next bucket's edge, returned with them.
    /// </summary>
    public CurvePoint At(double threshold)
    {
        long found = 0, alarms = 0;
        var used = double.PositiveInfinity;
        foreach (var step in _steps)
        {
            if (step.Threshold < threshold)
            {
                break;
            }
            found += step.Defect;
            alarms += step.Sound;
            used = step.Threshold;
        }
        return new(IsExact ? threshold : used, Counts(found, alarms));
    }

    /// <summary>
    /// Points for a chart, thresholds ascending, each exact; left out are those that differ from the one above by less
    /// than 1 / <paramref name="resolution"/> in precision and in recall.
    /// </summary>
    public IReadOnlyList<CurvePoint> Points(int resolution = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resolution);
        List<CurvePoint> points = [];
        CurvePoint? skipped = null;
        long found = 0, alarms = 0;
        double lastPrecision = double.NaN, lastRecall = double.NaN;
        foreach (var step in _steps)
        {
            found += step.Defect;
            alarms += step.Sound;
            var point = new CurvePoint(step.Threshold, Counts(found, alarms));
            double precision = point.Counts.Precision ?? 1, recall = point.Counts.Recall ?? 1;
            var isNear = Math.Abs(precision - lastPrecision) * resolution < 1 && Math.Abs(recall - lastRecall) * resolution < 1;
            if (isNear)
            {
                skipped = point;
                continue;
            }
            points.Add(point);
            skipped = null;
            (lastPrecision, lastRecall) = (precision, recall);
        }
        if (skipped is { } last)
        {
            points.Add(last);
        }
        points.Reverse();
        return points;
    }

    private Confusion Counts(long found, long alarms) => new(found, alarms, Negatives - alarms, Positives - found);

    private Bounded? ComputeAreaUnderRoc()
    {
        if (Positives == 0 || Negatives == 0)
        {
            return null;
        }
        double won = 0, undecided = 0;
        var found = 0L;
        foreach (var step in _steps)
        {
            won += step.Sound * (found + step.Defect / 2.0);
            undecided += (double)step.Sound * step.Defect / 2;
            found += step.Defect;
        }
        return new(won / Positives / Negatives, IsExact ? 0 : undecided / Positives / Negatives);
    }

    private Bounded? ComputeAveragePrecision()
    {
        if (Positives == 0)
        {
            return null;
        }
        double low = 0, high = 0;
        long found = 0, alarms = 0;
        foreach (var step in _steps)
        {
            long foundAfter = found + step.Defect, alarmsAfter = alarms + step.Sound;
            if (step.Defect > 0 && IsExact)
            {
                var exact = step.Defect * ((double)foundAfter / (foundAfter + alarmsAfter));
                low += exact;
                high += exact;
            }
            else if (step.Defect > 0)
            {
                // At best the bucket's defects are one value above its sound pixels; at worst they come after them, one by one,
                // where sum 1 / (a + j) <= ln((a + n) / a).
                high += step.Defect * ((double)foundAfter / (foundAfter + alarms));
                low += alarmsAfter == 0
                    ? step.Defect
                    : step.Defect - alarmsAfter * Math.Log((double)(foundAfter + alarmsAfter) / (found + alarmsAfter));
            }
            (found, alarms) = (foundAfter, alarmsAfter);
        }
        return Bounded.Between(low / Positives, high / Positives);
    }

    private (CurvePoint? Point, Bounded? Value) ComputeBestF1()
    {
        if (Positives == 0 || Negatives == 0)
        {
            return (null, null);
        }
        CurvePoint? best = null;
        var most = 0.0;
        long found = 0, alarms = 0;
        foreach (var step in _steps)
        {
            // Inside a bucket F1 cannot pass that of all its defects before any of its sound pixels.
            most = Math.Max(most, Counts(found + step.Defect, alarms).F1);
            found += step.Defect;
            alarms += step.Sound;
            var counts = Counts(found, alarms);
            if (best is null || counts.F1 >= best.Value.Counts.F1)
            {
                best = new(step.Threshold, counts);
            }
        }
        if (best is not { } point)
        {
            return (null, null);
        }
        return (point, IsExact ? new(point.Counts.F1, 0) : Bounded.Between(point.Counts.F1, most));
    }
}
