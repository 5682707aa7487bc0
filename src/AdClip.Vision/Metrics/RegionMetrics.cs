using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Metrics;

/// <summary>Regions of one kind, and how many were found.</summary>
/// <param name="Name">Of the class or of the size.</param>
/// <param name="Found">Covered enough by the thresholded map.</param>
/// <param name="Labelled">All.</param>
public sealed record RegionRecall(string Name, int Found, int Labelled)
{
    /// <summary>Share found; null without a region.</summary>
    public double? Recall => Labelled == 0 ? null : (double)Found / Labelled;

    /// <summary>With 95 % confidence the true share is at least this.</summary>
    public double Lower95 => RateInterval.LowerBound(Found, Labelled);
}

/// <summary>One image at region level.</summary>
/// <param name="Labelled">Regions labelled on it.</param>
/// <param name="Found">Those of them that were found.</param>
/// <param name="FalseRegions">Map regions that touch no labelled one.</param>
public readonly record struct ImageRegions(int Labelled, int Found, int FalseRegions);

/// <summary>Region level over any number of images.</summary>
public sealed record RegionFigures
{
    /// <summary>Images compared.</summary>
    public required int Images { get; init; }

    /// <summary>Those of them without a defect.</summary>
    public required int GoodImages { get; init; }

    /// <summary>All labelled regions.</summary>
    public required RegionRecall All { get; init; }

    /// <summary>By class, by name.</summary>
    public required IReadOnlyList<RegionRecall> ByClass { get; init; }

    /// <summary>By share of the image: small to large, each with its bounds in the name (<see cref="RegionMetrics.Sizes"/>).</summary>
    public required IReadOnlyList<RegionRecall> BySize { get; init; }

    /// <summary>Map regions on good images: each a false alarm.</summary>
    public required int FalseRegionsOnGood { get; init; }

    /// <summary>Map regions on defective images that touch no labelled one.</summary>
    public required int FalseRegionsOnDefective { get; init; }

    /// <summary>Mean false regions of a good image; null without one.</summary>
    public double? FalsePerGoodImage => GoodImages == 0 ? null : (double)FalseRegionsOnGood / GoodImages;

    /// <summary>Average precision of boxes at an overlap of 0.5; null without a labelled box.</summary>
    public required double? BoxPrecision50 { get; init; }

    /// <summary>The same, mean over overlaps .50 to .95.</summary>
    public required double? BoxPrecision5095 { get; init; }
}

/// <summary>Labelled regions against thresholded maps, one image at a time; keeps a few numbers a region.</summary>
/// <remarks>
/// Regions are 8-connected, of each class on its own. Boxes are those around the regions, of one class "defect", since a map
/// names none; the score of a found box is the largest map value inside its region. Not safe for use from several threads at once.
/// </remarks>
/// <param name="leastCover">Part of a labelled region that the thresholded map has to cover for it to count as found.</param>
public sealed class RegionMetrics(double leastCover = RegionMatch.LeastCover)
{
    // A map that is noise all over would else give a box for every pixel; as many as the box measure looks at.
    private const int MostBoxes = 100;

    private readonly Dictionary<string, (int Found, int Labelled)> _byClass = new(StringComparer.Ordinal);
    private readonly (int Found, int Labelled)[] _bySize = new (int, int)[Sizes.Count];
    private readonly List<LabelledBox> _labelled = [];
    private readonly List<ScoredBox> _found = [];
    private int _images;
    private int _goodImages;
    private int _falseOnGood;
    private int _falseOnDefective;

    /// <summary>Sizes by share of the image's pixels: name, and the share below which a region belongs to it.</summary>
    public static IReadOnlyList<(string Name, double Below)> Sizes { get; } =
        [("<0.1 %", 0.001), ("0.1-1 %", 0.01), ("1-10 %", 0.1), (">=10 %", double.PositiveInfinity)];

    /// <summary>Adds one image.</summary>
    /// <param name="map">[height, width]; negative infinity where nothing is inspected.</param>
    /// <param name="masks">By class: non-zero where a defect of it is labelled, [height, width]; none for a good image.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="threshold">A pixel is called anomalous at or above it; chosen on other images, else the result flatters.</param>
    public ImageRegions Add(ReadOnlySpan<float> map, IReadOnlyList<(string Class, byte[] Mask)> masks, int width, int height, double threshold)
    {
        ArgumentNullException.ThrowIfNull(masks);
        var image = _images++;
        var union = new byte[map.Length];
        var (labelled, found) = (0, 0);
        foreach (var (name, mask) in masks)
        {
            foreach (var region in RegionMatch.Compare(map, mask, width, height, threshold, leastCover).Labelled)
            {
                labelled++;
                found += region.IsFound ? 1 : 0;
                Count(name, region, map.Length);
            }
            _labelled.AddRange(Boxes(mask, width, height).Select(box => Box(image, box)));
            for (var i = 0; i < union.Length; i++)
            {
                union[i] |= mask[i];
            }
        }
        var alarms = RegionMatch.Compare(map, union, width, height, threshold, leastCover).FalseAlarms;
        _goodImages += labelled == 0 ? 1 : 0;
        _falseOnGood += labelled == 0 ? alarms : 0;
        _falseOnDefective += labelled == 0 ? 0 : alarms;
        AddFound(map, width, height, threshold, image);
        return new ImageRegions(labelled, found, alarms);
    }

    /// <summary>The figures of everything added so far.</summary>
    public RegionFigures ToFigures()
    {
        var boxes = new BoxAveragePrecision(_labelled, _found);
        return new RegionFigures
        {
            Images = _images,
            GoodImages = _goodImages,
            All = new("", _bySize.Sum(size => size.Found), _bySize.Sum(size => size.Labelled)),
            ByClass = [.. _byClass.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => new RegionRecall(pair.Key, pair.Value.Found, pair.Value.Labelled))],
            BySize = [.. _bySize.Select((size, i) => new RegionRecall(Sizes[i].Name, size.Found, size.Labelled))],
            FalseRegionsOnGood = _falseOnGood,
            FalseRegionsOnDefective = _falseOnDefective,
            BoxPrecision50 = _labelled.Count == 0 ? null : boxes.Precision([0.5], AreaRange.All),
            BoxPrecision5095 = _labelled.Count == 0 ? null : boxes.Precision(BoxAveragePrecision.CocoOverlaps, AreaRange.All),
        };
    }

    private void Count(string name, RegionOutcome region, int pixels)
    {
        var hit = region.IsFound ? 1 : 0;
        var known = _byClass.GetValueOrDefault(name);
        _byClass[name] = (known.Found + hit, known.Labelled + 1);
        var size = 0;
        while (region.Area >= Sizes[size].Below * pixels)
        {
            size++;
        }
        _bySize[size] = (_bySize[size].Found + hit, _bySize[size].Labelled + 1);
    }

    private void AddFound(ReadOnlySpan<float> map, int width, int height, double threshold, int image)
    {
        var called = new byte[map.Length];
        for (var i = 0; i < called.Length; i++)
        {
            called[i] = (byte)(map[i] >= threshold ? 1 : 0);
        }
        var regions = DefectRegions.Find(called, width, height);
        var labels = regions.Labels.Span;
        var highest = new float[regions.Sizes.Count];
        Array.Fill(highest, float.NegativeInfinity);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                highest[labels[i]] = Math.Max(highest[labels[i]], map[i]);
            }
        }
        _found.AddRange(regions.Bounds(width)
            .Select((box, i) => new ScoredBox(Box(image, box), highest[i]))
            .OrderByDescending(box => box.Score)
            .Take(MostBoxes));
    }

    private static PixelBounds[] Boxes(byte[] mask, int width, int height) => DefectRegions.Find(mask, width, height).Bounds(width);

    private static LabelledBox Box(int image, PixelBounds bounds) => new(image, 0, bounds.X, bounds.Y, bounds.Width, bounds.Height);
}
