namespace AdClip.Vision.Imaging;

/// <summary>For each output position of one axis, which input positions it mixes and with what integer weights.</summary>
/// <remarks>
/// Source: Pillow's 8-bit resampling, as golden/README.md section 6 words it. With q = in / out, F = max(q, 1) and filter
/// support r (2 cubic, 1 triangle): centre c = (i + 0.5) q, taps trunc(c - rF + 0.5) to trunc(c + rF + 0.5) exclusive, clipped;
/// weights in double, divided by their sum, then rounded half away from zero at 22 bits.
/// </remarks>
internal sealed class ResampleAxis
{
    /// <summary>Bits after the binary point of a weight.</summary>
    public const int Precision = 22;

    /// <summary>Bits of a weight's lower digit, which is signed as the upper one is.</summary>
    public const int LowBits = 12;

    /// <summary>Taps of a group in <see cref="Digits"/>.</summary>
    public const int GroupTaps = 4;

    /// <summary>Axes with more weights than this are made anew each time: they would hold memory for one odd picture.</summary>
    private const int MostKeptWeights = 1 << 16;

    /// <summary>The pictures of a run have one size: their axes are made once. Each place holds the last of its hash.</summary>
    private static readonly ResampleAxis?[] Kept = new ResampleAxis?[16];

    private readonly (int Input, int Output, ResampleFilter Filter) _key;

    private ResampleAxis((int Input, int Output, ResampleFilter Filter) key, int[] first, int[] count, int[] weights, int stride)
    {
        _key = key;
        First = first;
        Count = count;
        Weights = weights;
        Stride = stride;
        DigitStride = DigitsOf(stride);
        Digits = new short[checked(first.Length * DigitStride)];
        for (var i = 0; i < first.Length; i++)
        {
            for (var k = 0; k < count[i]; k++)
            {
                var weight = weights[i * stride + k];
                var low = (weight << (32 - LowBits)) >> (32 - LowBits);
                var at = i * DigitStride + k / GroupTaps * (2 * GroupTaps) + k % GroupTaps;
                Digits[at] = checked((short)((weight - low) >> LowBits));
                Digits[at + GroupTaps] = (short)low;
            }
        }
    }

    /// <summary>First input position of each output.</summary>
    public int[] First { get; }

    /// <summary>Number of taps of each output.</summary>
    public int[] Count { get; }

    /// <summary>[outputs, <see cref="Stride"/>].</summary>
    public int[] Weights { get; }

    public int Stride { get; }

    /// <summary>
    /// The weights as two signed digits, weight = upper · 2^<see cref="LowBits"/> + lower, so that 16-bit multiply-adds can be used:
    /// [outputs, <see cref="DigitStride"/>], in groups of four taps, the four upper digits first; taps that do not exist weigh 0.
    /// </summary>
    public short[] Digits { get; }

    /// <summary>Digits of one output: whole pairs of groups.</summary>
    public int DigitStride { get; }

    /// <summary>Groups of four taps that an output uses.</summary>
    public int Groups(int output) => (Count[output] + GroupTaps - 1) / GroupTaps;

    public static ResampleAxis Make(int input, int output, ResampleFilter filter)
    {
        var key = (input, output, filter);
        ref var place = ref Kept[(uint)key.GetHashCode() % (uint)Kept.Length];
        var axis = Volatile.Read(ref place);
        if (axis is null || axis._key != key)
        {
            axis = MakeAnew(key);
            if (axis.Weights.Length <= MostKeptWeights)
            {
                Volatile.Write(ref place, axis);
            }
        }
        return axis;
    }

    private static int DigitsOf(int taps) => checked((taps + 2 * GroupTaps - 1) / (2 * GroupTaps) * (4 * GroupTaps));

    private static ResampleAxis MakeAnew((int Input, int Output, ResampleFilter Filter) key)
    {
        var (input, output, filter) = key;
        var q = (double)input / output;
        var scale = Math.Max(q, 1);
        var support = (filter == ResampleFilter.Bicubic ? 2.0 : 1.0) * scale;
        var stride = (int)Math.Ceiling(support) * 2 + 1;
        var first = new int[output];
        var count = new int[output];
        var weights = new int[checked(output * stride)];
        var exact = new double[stride];
        for (var i = 0; i < output; i++)
        {
            var centre = (i + 0.5) * q;
            var begin = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(input, (int)(centre + support + 0.5));
            var sum = 0.0;
            for (var j = begin; j < end; j++)
            {
                var t = (j - centre + 0.5) * (1 / scale);
                sum += exact[j - begin] = filter == ResampleFilter.Bicubic ? Cubic(t) : Math.Max(0, 1 - Math.Abs(t));
            }
            first[i] = begin;
            count[i] = end - begin;
            for (var k = 0; k < count[i]; k++)
            {
                var weight = (sum != 0 ? exact[k] / sum : exact[k]) * (1 << Precision);
                weights[i * stride + k] = weight < 0 ? (int)(weight - 0.5) : (int)(weight + 0.5);
            }
        }
        return new ResampleAxis(key, first, count, weights, stride);
    }

    /// <summary>Source index of each output for <see cref="ResampleFilter.Nearest"/>: the position is accumulated in double, as the reference does.</summary>
    public static int[] Nearest(int input, int output)
    {
        var q = (double)input / output;
        var index = new int[output];
        var position = q * 0.5;
        for (var i = 0; i < output; i++, position += q)
        {
            index[i] = Math.Min(input - 1, (int)position);
        }
        return index;
    }

    private static double Cubic(double t)
    {
        const double a = -0.5;
        t = Math.Abs(t);
        if (t < 1)
        {
            return ((a + 2) * t - (a + 3)) * t * t + 1;
        }
        return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
}
