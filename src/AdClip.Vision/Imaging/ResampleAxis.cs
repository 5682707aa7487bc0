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

    private ResampleAxis(int[] first, int[] count, int[] weights, int stride)
    {
        First = first;
        Count = count;
        Weights = weights;
        Stride = stride;
    }

    /// <summary>First input position of each output.</summary>
    public int[] First { get; }

    /// <summary>Number of taps of each output.</summary>
    public int[] Count { get; }

    /// <summary>[outputs, <see cref="Stride"/>].</summary>
    public int[] Weights { get; }

    public int Stride { get; }

    public static ResampleAxis Make(int input, int output, ResampleFilter filter)
    {
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
        return new ResampleAxis(first, count, weights, stride);
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
