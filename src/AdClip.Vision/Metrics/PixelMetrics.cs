namespace AdClip.Vision.Metrics;

/// <summary>Pixel-level metrics over all pixels of any number of images together, in bounded memory, one image at a time.</summary>
/// <remarks>
/// Up to <c>exactPixels</c> pixels every value is kept (4 bytes a sound, 8 a defective pixel) and all results are exact.
/// Beyond it values fall into 65,536 buckets, the upper 16 bits of an order-preserving integer of the float (a bucket is
/// 0.8 % wide), 1.5 MB for any number of images, and each result carries the largest error that this can cause.
/// Overlap (PRO): each 8-connected defect region weighs the same, whatever its size; false positive rate over all sound
/// pixels, those of defective images included. Not safe for use from several threads at once.
/// </remarks>
public sealed class PixelMetrics
{
    private const int BucketCount = 1 << 16;

    private readonly long _exactPixels;
    private readonly List<int> _regionSizes = [];
    private ChunkedList<uint>? _soundKeys = new();
    // Key in the upper half, region in the lower.
    private ChunkedList<ulong>? _defectKeys = new();
    private long[]? _soundBuckets;
    private long[]? _defectBuckets;
    private double[]? _overlapBuckets;
    // Of the image that is being added. A new one for each would be a megabyte of garbage a map.
    private int[] _labels = [];
    private long _pixels;

    /// <summary>Starts with no image.</summary>
    /// <param name="exactPixels">How many pixels are kept one by one before results become bounded instead of exact.</param>
    public PixelMetrics(long exactPixels = 16L << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exactPixels);
        _exactPixels = exactPixels;
    }

    /// <summary>Images added.</summary>
    public int Images { get; private set; }

    /// <summary>Defect regions of which no pixel is inspected; they count nowhere else.</summary>
    public int ExcludedRegions { get; private set; }

    /// <summary>Adds one image: <paramref name="map"/> and <paramref name="mask"/> (non-zero = defect), both [height, width], row-major.</summary>
    /// <param name="map">Values of the pixels.</param>
    /// <param name="mask">Non-zero where a defect is.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="inspected">
    /// Non-zero where the image is inspected, [height, width]; empty: everywhere. Other pixels are neither sound nor defective,
    /// and a defect that lies in part outside counts with the part inside, as one region.
    /// </param>
    /// <exception cref="RefusedInputException">The map holds an infinite value or not-a-number.</exception>
    public void Add(ReadOnlySpan<float> map, ReadOnlySpan<byte> mask, int width, int height, ReadOnlySpan<byte> inspected = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, map.Length);
        if (!inspected.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(inspected.Length, map.Length);
        }
        foreach (var value in map)
        {
            if (!float.IsFinite(value))
            {
                throw new RefusedInputException(
                    RefusalCode.ScoreNotFinite,
                    $"The anomaly map of image {Images + 1} holds the value {value}; repeat the run that made it.",
                    Images + 1,
                    value);
            }
        }
        _labels = _labels.Length == map.Length ? _labels : new int[map.Length];
        var regions = DefectRegions.Find(mask, width, height, _labels);
        var labels = regions.Labels.Span;
        var pixels = inspected.IsEmpty ? map.Length : map.Length - inspected.Count((byte)0);
        if (_soundKeys is not null && _pixels + pixels > _exactPixels)
        {
            FoldIntoBuckets();
        }

        var firstRegion = _regionSizes.Count;
        if (inspected.IsEmpty)
        {
            _regionSizes.AddRange(regions.Sizes);
        }
        else
        {
            labels = InspectedRegions(labels, regions.Sizes.Count, inspected);
        }
        for (var i = 0; i < map.Length; i++)
        {
            if (!inspected.IsEmpty && inspected[i] == 0)
            {
                continue;
            }
            var key = FloatKey.Of(map[i]);
            if (labels[i] < 0)
            {
                AddSound(key);
            }
            else
            {
                AddDefect(key, firstRegion + labels[i]);
            }
        }
        _pixels += pixels;
        Images++;
    }

    /// <summary>Keeps the regions that have inspected pixels, with those pixels as their size; returns labels that count the kept ones.</summary>
    private int[] InspectedRegions(ReadOnlySpan<int> labels, int count, ReadOnlySpan<byte> inspected)
    {
        var sizes = new int[count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0 && inspected[i] != 0)
            {
                sizes[labels[i]]++;
            }
        }
        var numbers = new int[count];
        var kept = 0;
        for (var region = 0; region < count; region++)
        {
            numbers[region] = sizes[region] > 0 ? kept++ : -1;
            if (sizes[region] > 0)
            {
                _regionSizes.Add(sizes[region]);
            }
        }
        ExcludedRegions += count - kept;
        var renumbered = new int[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            renumbered[i] = labels[i] < 0 ? -1 : numbers[labels[i]];
        }
        return renumbered;
    }

    /// <summary>The numbers over everything added so far; more may be added afterwards.</summary>
    public PixelCurve ToCurve() => _soundKeys is null ? BucketCurve() : ExactCurve();

    private void AddSound(uint key)
    {
        if (_soundKeys is null)
        {
            _soundBuckets![key >> 16]++;
        }
        else
        {
            _soundKeys.Add(key);
        }
    }

    private void AddDefect(uint key, int region)
    {
        if (_defectKeys is null)
        {
            _defectBuckets![key >> 16]++;
            _overlapBuckets![key >> 16] += 1.0 / _regionSizes[region];
        }
        else
        {
            _defectKeys.Add((ulong)key << 32 | (uint)region);
        }
    }

    private void FoldIntoBuckets()
    {
        var (sound, defect) = (_soundKeys!, _defectKeys!);
        (_soundKeys, _defectKeys) = (null, null);
        (_soundBuckets, _defectBuckets, _overlapBuckets) = (new long[BucketCount], new long[BucketCount], new double[BucketCount]);
        foreach (var key in sound.Items())
        {
            AddSound(key);
        }
        foreach (var packed in defect.Items())
        {
            AddDefect((uint)(packed >> 32), (int)(uint)packed);
        }
    }

    private PixelCurve BucketCurve()
    {
        List<PixelCurve.Step> steps = [];
        for (var bucket = BucketCount - 1; bucket >= 0; bucket--)
        {
            if (_soundBuckets![bucket] + _defectBuckets![bucket] > 0)
            {
                steps.Add(new(FloatKey.ToFloat((uint)bucket << 16), _soundBuckets[bucket], _defectBuckets[bucket], _overlapBuckets![bucket]));
            }
        }
        return new(steps, _regionSizes.Count, isExact: false);
    }

    private PixelCurve ExactCurve()
    {
        var sound = _soundKeys!.ToArray();
        Array.Sort(sound);
        var defect = _defectKeys!.ToArray();
        Array.Sort(defect);
        return new(ExactSteps(sound, defect, [.. _regionSizes]), _regionSizes.Count, isExact: true);
    }

    /// <summary>Made anew whenever they are read: kept, a step for each of sixteen million distinct values would take half a gigabyte.</summary>
    private static IEnumerable<PixelCurve.Step> ExactSteps(uint[] sound, ulong[] defect, int[] regionSizes)
    {
        int s = sound.Length - 1, d = defect.Length - 1;
        while (s >= 0 || d >= 0)
        {
            var key = Math.Max(s >= 0 ? sound[s] : 0, d >= 0 ? (uint)(defect[d] >> 32) : 0);
            long soundHere = 0, defectHere = 0;
            var overlap = 0.0;
            for (; s >= 0 && sound[s] == key; s--)
            {
                soundHere++;
            }
            for (; d >= 0 && (uint)(defect[d] >> 32) == key; d--)
            {
                defectHere++;
                overlap += 1.0 / regionSizes[(int)(uint)defect[d]];
            }
            yield return new(FloatKey.ToFloat(key), soundHere, defectHere, overlap);
        }
    }
}
