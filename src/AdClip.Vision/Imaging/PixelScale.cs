namespace AdClip.Vision.Imaging;

/// <summary>How 8-bit pixels become the numbers that an image encoder takes: (level / Divisor − Mean) / Deviation, channel by channel.</summary>
/// <remarks>Immutable; equal by value. Tables of all 256 levels are made once.</remarks>
public sealed class PixelScale : IEquatable<PixelScale>
{
    private readonly float[] _mean;
    private readonly float[] _deviation;
    private readonly float[][] _tables;

    /// <param name="divisor">Levels 0 to 255 are divided by it first.</param>
    /// <param name="mean">Of red, green and blue after that division.</param>
    /// <param name="deviation">Of red, green and blue.</param>
    /// <param name="isBgr">Whether the encoder takes blue first; mean and deviation are given for red first all the same.</param>
    public PixelScale(float divisor, IReadOnlyList<float> mean, IReadOnlyList<float> deviation, bool isBgr = false)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean.Count, 3);
        ArgumentOutOfRangeException.ThrowIfNotEqual(deviation.Count, 3);
        (Divisor, _mean, _deviation, IsBgr) = (divisor, [.. mean], [.. deviation], isBgr);
        _tables = [.. Enumerable.Range(0, 3).Select(MakeTable)];
    }

    /// <summary>Mean and deviation of the pictures that CLIP learned from.</summary>
    public static PixelScale Clip { get; } = new(255, [0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>Levels 0 to 255 are divided by it first.</summary>
    public float Divisor { get; }

    /// <summary>Of red, green and blue after the division.</summary>
    public IReadOnlyList<float> Mean => _mean;

    /// <summary>Of red, green and blue.</summary>
    public IReadOnlyList<float> Deviation => _deviation;

    /// <summary>Whether the encoder takes blue first.</summary>
    public bool IsBgr { get; }

    /// <summary>The numbers of a picture as it is.</summary>
    /// <returns>[3, height, width], channel by channel in the encoder's order.</returns>
    public float[] Apply(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = image.Width * image.Height;
        // Every element is written below.
        var tensor = GC.AllocateUninitializedArray<float>(checked(3 * pixels));
        var (first, last) = IsBgr ? (2, 0) : (0, 2);
        var one = tensor.AsSpan(0, pixels);
        var two = tensor.AsSpan(pixels, pixels);
        var three = tensor.AsSpan(2 * pixels, pixels);
        var (oneOf, twoOf, threeOf) = (_tables[first], _tables[1], _tables[last]);
        var rgb = image.Rgb.AsSpan(0, 3 * pixels);
        for (var i = 0; i < one.Length; i++)
        {
            one[i] = oneOf[rgb[(3 * i) + first]];
            two[i] = twoOf[rgb[(3 * i) + 1]];
            three[i] = threeOf[rgb[(3 * i) + last]];
        }
        return tensor;
    }

    /// <inheritdoc/>
    public bool Equals(PixelScale? other) =>
        other is not null && Divisor == other.Divisor && IsBgr == other.IsBgr && _mean.AsSpan().SequenceEqual(other._mean)
            && _deviation.AsSpan().SequenceEqual(other._deviation);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PixelScale);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Divisor, IsBgr, _mean[0], _deviation[0]);

    private float[] MakeTable(int channel)
    {
        var table = new float[256];
        for (var level = 0; level < table.Length; level++)
        {
            table[level] = ((level / Divisor) - _mean[channel]) / _deviation[channel];
        }
        return table;
    }
}
