namespace AdClip.Vision.Metrics;

/// <summary>A labelled box.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Class">Its class.</param>
/// <param name="X">Left edge in pixels.</param>
/// <param name="Y">Upper edge in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct LabelledBox(int Image, int Class, double X, double Y, double Width, double Height)
{
    /// <summary>In square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>Shared area over joint area, 0 to 1.</summary>
    public double IntersectionOverUnion(LabelledBox other)
    {
        var width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        var height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }
        return width * height / (Area + other.Area - (width * height));
    }
}

/// <summary>A found box.</summary>
/// <param name="Box">Where, and of which class.</param>
/// <param name="Score">Larger is surer.</param>
public readonly record struct ScoredBox(LabelledBox Box, double Score);

/// <summary>Sizes of labelled boxes that are looked at; others neither help nor harm.</summary>
/// <param name="Least">Smallest area in square pixels.</param>
/// <param name="Most">Largest area in square pixels.</param>
public readonly record struct AreaRange(double Least, double Most)
{
    /// <summary>Every size.</summary>
    public static AreaRange All { get; } = new(0, 1e10);

    /// <summary>Below 32 x 32 pixels.</summary>
    public static AreaRange Small { get; } = new(0, 32 * 32);

    /// <summary>32 x 32 to 96 x 96 pixels.</summary>
    public static AreaRange Medium { get; } = new(32 * 32, 96 * 96);

    /// <summary>Above 96 x 96 pixels.</summary>
    public static AreaRange Large { get; } = new(96 * 96, 1e10);

    internal bool Excludes(double area) => area < Least || area > Most;
}

/// <summary>Average precision and recall of found boxes, as the COCO evaluation defines them.</summary>
/// <remarks>
/// Per class and overlap bound, found boxes in falling order of score (ties in the order given) each take the free labelled box
/// of the same image that overlaps most. Precision is made non-increasing and read at recalls 0, 0.01 ... 1. Source: Lin et
/// al., Microsoft COCO, ECCV 2014, and the public COCO evaluation.
/// </remarks>
public sealed class BoxAveragePrecision
{
    /// <summary>Overlaps 0.50, 0.55 ... 0.95.</summary>
    public static IReadOnlyList<double> CocoOverlaps { get; } = [.. Enumerable.Range(0, 10).Select(i => 0.5 + (0.05 * i))];

    private const int RecallSteps = 100;

    private readonly Dictionary<(int Image, int Class), List<LabelledBox>> _labelled;
    private readonly Dictionary<(int Image, int Class), List<ScoredBox>> _found;
    private readonly int[] _classes;
    private readonly int[] _images;

    /// <param name="labelled">The ground truth.</param>
    /// <param name="found">What a detector gave.</param>
    public BoxAveragePrecision(IReadOnlyList<LabelledBox> labelled, IReadOnlyList<ScoredBox> found)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        ArgumentNullException.ThrowIfNull(found);
        _labelled = labelled.GroupBy(box => (box.Image, box.Class)).ToDictionary(group => group.Key, group => group.ToList());
        _found = found.GroupBy(box => (box.Box.Image, box.Box.Class))
            .ToDictionary(group => group.Key, group => group.OrderByDescending(box => box.Score).ToList());
        _classes = [.. labelled.Select(box => box.Class).Concat(found.Select(box => box.Box.Class)).Distinct().Order()];
        _images = [.. labelled.Select(box => box.Image).Concat(found.Select(box => box.Box.Image)).Distinct().Order()];
    }

    /// <summary>Mean over classes and overlaps; null when no labelled box is of these sizes.</summary>
    /// <param name="overlaps">Bounds of intersection over union.</param>
    /// <param name="sizes">Which labelled boxes count.</param>
    /// <param name="most">Found boxes of an image and class that are looked at.</param>
    public double? Precision(IReadOnlyList<double> overlaps, AreaRange sizes, int most = 100) => Mean(overlaps, sizes, most, result => result.Precision);

    /// <summary>Largest recall, mean over classes and overlaps; null when no labelled box is of these sizes.</summary>
    /// <param name="overlaps">Bounds of intersection over union.</param>
    /// <param name="sizes">Which labelled boxes count.</param>
    /// <param name="most">Found boxes of an image and class that are looked at.</param>
    public double? Recall(IReadOnlyList<double> overlaps, AreaRange sizes, int most = 100) => Mean(overlaps, sizes, most, result => result.Recall);

    /// <summary>Average precision of one class, mean over overlaps; null when it has no labelled box.</summary>
    public double? PrecisionOf(int boxClass, IReadOnlyList<double> overlaps)
    {
        ArgumentNullException.ThrowIfNull(overlaps);
        double?[] results = [.. overlaps.Select(overlap => Evaluate(boxClass, overlap, AreaRange.All, 100)?.Precision)];
        return results.Average();
    }

    private double? Mean(IReadOnlyList<double> overlaps, AreaRange sizes, int most, Func<(double Precision, double Recall), double> value)
    {
        ArgumentNullException.ThrowIfNull(overlaps);
        var results = from overlap in overlaps
                      from boxClass in _classes
                      let result = Evaluate(boxClass, overlap, sizes, most)
                      where result is not null
                      select (double?)value(result.Value);
        return results.Average();
    }

    private (double Precision, double Recall)? Evaluate(int boxClass, double overlap, AreaRange sizes, int most)
    {
        List<(double Score, bool IsHit)> outcomes = [];
        var wanted = 0;
        foreach (var image in _images)
        {
            wanted += Match((image, boxClass), overlap, sizes, most, outcomes);
        }
        if (wanted == 0)
        {
            return null;
        }
        var sorted = outcomes.OrderByDescending(outcome => outcome.Score).ToList();
        var (recalls, precisions) = (new double[sorted.Count], new double[sorted.Count]);
        var hits = 0;
        for (var i = 0; i < sorted.Count; i++)
        {
            hits += sorted[i].IsHit ? 1 : 0;
            recalls[i] = (double)hits / wanted;
            precisions[i] = (double)hits / (i + 1);
        }
        for (var i = sorted.Count - 1; i > 0; i--)
        {
            precisions[i - 1] = Math.Max(precisions[i - 1], precisions[i]);
        }
        var sum = 0.0;
        var at = 0;
        for (var step = 0; step <= RecallSteps; step++)
        {
            // A multiple of 0.01 in binary, not the quotient: where the two differ, a recall exactly there counts as below.
            var recall = step == RecallSteps ? 1 : step * (1.0 / RecallSteps);
            while (at < recalls.Length && recalls[at] < recall)
            {
                at++;
            }
            sum += at < recalls.Length ? precisions[at] : 0;
        }
        return (sum / (RecallSteps + 1), sorted.Count == 0 ? 0 : recalls[^1]);
    }

    /// <summary>Adds the outcome of each found box that counts, and returns how many labelled boxes count.</summary>
    private int Match((int Image, int Class) key, double overlap, AreaRange sizes, int most, List<(double Score, bool IsHit)> outcomes)
    {
        // Boxes of other sizes come last: they are taken only when no box that counts fits.
        var labelled = _labelled.GetValueOrDefault(key, []).OrderBy(box => sizes.Excludes(box.Area)).ToList();
        var wanted = labelled.Count(box => !sizes.Excludes(box.Area));
        var taken = new bool[labelled.Count];
        foreach (var found in _found.GetValueOrDefault(key, []).Take(most))
        {
            var best = -1;
            var bound = Math.Min(overlap, 1 - 1e-10);
            for (var i = 0; i < labelled.Count && (best < 0 || best >= wanted || i < wanted); i++)
            {
                if (!taken[i] && found.Box.IntersectionOverUnion(labelled[i]) is var shared && shared >= bound)
                {
                    (best, bound) = (i, shared);
                }
            }
            if (best >= 0)
            {
                taken[best] = true;
            }
            if (best >= 0 ? best < wanted : !sizes.Excludes(found.Box.Area))
            {
                outcomes.Add((found.Score, best >= 0));
            }
        }
        return wanted;
    }
}
