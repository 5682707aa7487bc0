using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AdClip.Vision.Imaging;

/// <summary>The inner loops of <see cref="Resampler"/>: weighted sums of bytes, in 32-bit integers, rounded and cut to 8 bits.</summary>
/// <remarks>
/// With AVX2 a weight is multiplied as two 16-bit digits (<see cref="ResampleAxis.Digits"/>) and the sums of both are put together at the
/// end. Products and sums are exact integers (modulo 2^32), so that both ways give the same bits. The AVX2 loops read whole groups of
/// taps: callers leave <see cref="Overrun"/> bytes after the last one, whose values do not matter.
/// </remarks>
internal static unsafe class ResampleKernels
{
    /// <summary>Bytes that may be read after the last tap, and written after the last output.</summary>
    public const int Overrun = 16;

    /// <summary>Rows that may be read after the last tap of <see cref="Down"/>.</summary>
    public const int OverrunRows = ResampleAxis.GroupTaps - 1;

    /// <summary>Rows that <see cref="Across"/> takes at once: the weights are loaded once for all of them.</summary>
    public const int Rows = 4;

    private const int Half = 1 << (ResampleAxis.Precision - 1);

    /// <summary>Whether the AVX2 loops run here.</summary>
    public static bool Fast => Avx2.IsSupported;

    /// <summary>The first output that, reading whole groups, would leave a row of <paramref name="width"/> pixels.</summary>
    public static int FirstOverrunning(ResampleAxis axis, int width, int channels)
    {
        for (var x = 0; x < axis.First.Length; x++)
        {
            var groups = axis.Groups(x);
            var end = channels == 3
                ? (axis.First[x] + groups * ResampleAxis.GroupTaps) * 3 + 4
                : axis.First[x] + (groups + 1) / 2 * (2 * ResampleAxis.GroupTaps);
            if (end > width * channels)
            {
                return x;
            }
        }
        return axis.First.Length;
    }

    /// <summary>Outputs <paramref name="from"/> to <paramref name="to"/> along x of up to <see cref="Rows"/> rows.</summary>
    /// <param name="rows">The pixels of the rows from <paramref name="origin"/> on.</param>
    /// <param name="pitch">Bytes from row to row of <paramref name="rows"/>.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="origin">The input position of the first pixel of <paramref name="rows"/>.</param>
    /// <param name="axis">What is mixed.</param>
    /// <param name="from">First output.</param>
    /// <param name="to">After the last output.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="target">Where output 0 of the first row lies.</param>
    /// <param name="targetPitch">Bytes from row to row of <paramref name="target"/>.</param>
    /// <param name="fast">AVX2, or what runs everywhere.</param>
    public static void Across(
        byte* rows, int pitch, int count, int origin, ResampleAxis axis, int from, int to, int channels, byte* target, int targetPitch, bool fast)
    {
        if (fast)
        {
            // Rows that are not there are the last one again.
            var source = new FourRows(rows, pitch, count);
            var result = new FourRows(target, targetPitch, count);
            if (channels == 3)
            {
                FastAcross3(source, origin, axis, from, to, result);
            }
            else
            {
                FastAcross1(source, origin, axis, from, to, result);
            }
            return;
        }
        for (var i = 0; i < count; i++, rows += pitch, target += targetPitch)
        {
            if (channels == 3)
            {
                PlainAcross3(rows, origin, axis, from, to, target);
            }
            else
            {
                PlainAcross1(rows, origin, axis, from, to, target);
            }
        }
    }

    /// <summary>One output row of <paramref name="bytes"/> bytes from the rows that it mixes.</summary>
    /// <param name="rows">The first of them; <see cref="OverrunRows"/> more than are mixed can be read, each with 32 bytes to spare.</param>
    /// <param name="pitch">Bytes from row to row.</param>
    /// <param name="axis">What is mixed.</param>
    /// <param name="output">Which output row.</param>
    /// <param name="target">[bytes].</param>
    /// <param name="bytes">Bytes of a row.</param>
    /// <param name="fast">AVX2, or what runs everywhere.</param>
    public static void Down(byte* rows, int pitch, ResampleAxis axis, int output, byte* target, int bytes, bool fast)
    {
        if (fast)
        {
            FastDown(rows, pitch, axis, output, target, bytes);
        }
        else
        {
            PlainDown(rows, pitch, axis.Weights.AsSpan(output * axis.Stride, axis.Count[output]), target, bytes);
        }
    }

    private static void FastAcross3(FourRows source, int origin, ResampleAxis axis, int from, int to, FourRows target)
    {
        // Four pixels, each byte as a 16-bit number: red 0 to 3, green 0 to 3 | blue 0 to 3, nothing.
        var spread = Vector256.Create(
            0, 255, 3, 255, 6, 255, 9, 255, 1, 255, 4, 255, 7, 255, 10, 255,
            2, 255, 5, 255, 8, 255, 11, 255, 255, 255, 255, 255, 255, 255, 255, 255);
        var (a, b, c) = (source.Row1 - source.Row0, source.Row2 - source.Row0, source.Row3 - source.Row0);
        fixed (short* digits = axis.Digits)
        {
            for (var x = from; x < to; x++)
            {
                var pixel = source.Row0 + (axis.First[x] - origin) * 3;
                var weight = (long*)(digits + x * axis.DigitStride);
                var end = weight + 2 * axis.Groups(x);
                var (upper0, upper1, upper2, upper3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                var (lower0, lower1, lower2, lower3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                for (; weight < end; weight += 2, pixel += 3 * ResampleAxis.GroupTaps)
                {
                    var upper = Avx2.BroadcastScalarToVector256(weight).AsInt16();
                    var lower = Avx2.BroadcastScalarToVector256(weight + 1).AsInt16();
                    var four = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel), spread).AsInt16();
                    upper0 = MultiplyAdd(upper0, four, upper);
                    lower0 = MultiplyAdd(lower0, four, lower);
                    four = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel + a), spread).AsInt16();
                    upper1 = MultiplyAdd(upper1, four, upper);
                    lower1 = MultiplyAdd(lower1, four, lower);
                    four = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel + b), spread).AsInt16();
                    upper2 = MultiplyAdd(upper2, four, upper);
                    lower2 = MultiplyAdd(lower2, four, lower);
                    four = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel + c), spread).AsInt16();
                    upper3 = MultiplyAdd(upper3, four, upper);
                    lower3 = MultiplyAdd(lower3, four, lower);
                }
                // Red and green of two rows | blue of two rows; then all of them as bytes: red, green of four rows | blue of four rows.
                var words = Avx2.PackSignedSaturate(
                    Shift(Avx2.HorizontalAdd(Join(upper0, lower0), Join(upper1, lower1))),
                    Shift(Avx2.HorizontalAdd(Join(upper2, lower2), Join(upper3, lower3))));
                var bytes = Avx2.PackUnsignedSaturate(words, words);
                var pixels = Sse2.UnpackLow(bytes.GetLower().AsUInt16(), bytes.GetUpper().AsUInt16()).AsUInt32();
                var at = x * 3;
                Unsafe.WriteUnaligned(target.Row0 + at, pixels[0]);
                Unsafe.WriteUnaligned(target.Row1 + at, pixels[1]);
                Unsafe.WriteUnaligned(target.Row2 + at, pixels[2]);
                Unsafe.WriteUnaligned(target.Row3 + at, pixels[3]);
            }
        }
    }

    private static void FastAcross1(FourRows source, int origin, ResampleAxis axis, int from, int to, FourRows target)
    {
        // Eight pixels, each byte as a 16-bit number: 0 to 3 for the upper digits, again for the lower ones | 4 to 7 twice.
        var spread = Vector256.Create(
            0, 255, 1, 255, 2, 255, 3, 255, 0, 255, 1, 255, 2, 255, 3, 255,
            4, 255, 5, 255, 6, 255, 7, 255, 4, 255, 5, 255, 6, 255, 7, 255);
        var (a, b, c) = (source.Row1 - source.Row0, source.Row2 - source.Row0, source.Row3 - source.Row0);
        fixed (short* digits = axis.Digits)
        {
            for (var x = from; x < to; x++)
            {
                var pixel = source.Row0 + (axis.First[x] - origin);
                var weight = digits + x * axis.DigitStride;
                var end = weight + 2 * ResampleAxis.GroupTaps * axis.Groups(x);
                var (sum0, sum1, sum2, sum3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                for (; weight < end; weight += 4 * ResampleAxis.GroupTaps, pixel += 2 * ResampleAxis.GroupTaps)
                {
                    var weights = Vector256.Load(weight);
                    sum0 = MultiplyAdd(sum0, Avx2.Shuffle(Avx2.BroadcastScalarToVector256((long*)pixel).AsByte(), spread).AsInt16(), weights);
                    sum1 = MultiplyAdd(sum1, Avx2.Shuffle(Avx2.BroadcastScalarToVector256((long*)(pixel + a)).AsByte(), spread).AsInt16(), weights);
                    sum2 = MultiplyAdd(sum2, Avx2.Shuffle(Avx2.BroadcastScalarToVector256((long*)(pixel + b)).AsByte(), spread).AsInt16(), weights);
                    sum3 = MultiplyAdd(sum3, Avx2.Shuffle(Avx2.BroadcastScalarToVector256((long*)(pixel + c)).AsByte(), spread).AsInt16(), weights);
                }
                // Upper and lower digits of row 0, then of row 1; the same of rows 2 and 3.
                var left = Ssse3.HorizontalAdd(sum0.GetLower() + sum0.GetUpper(), sum1.GetLower() + sum1.GetUpper());
                var right = Ssse3.HorizontalAdd(sum2.GetLower() + sum2.GetUpper(), sum3.GetLower() + sum3.GetUpper());
                var upper = Sse.Shuffle(left.AsSingle(), right.AsSingle(), 0b10_00_10_00).AsInt32();
                var lower = Sse.Shuffle(left.AsSingle(), right.AsSingle(), 0b11_01_11_01).AsInt32();
                var four = ((upper << ResampleAxis.LowBits) + lower + Vector128.Create(Half)) >> ResampleAxis.Precision;
                var words = Sse2.PackSignedSaturate(four, four);
                var bytes = Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar();
                target.Row0[x] = (byte)bytes;
                target.Row1[x] = (byte)(bytes >> 8);
                target.Row2[x] = (byte)(bytes >> 16);
                target.Row3[x] = (byte)(bytes >> 24);
            }
        }
    }

    private static void FastDown(byte* rows, int pitch, ResampleAxis axis, int output, byte* target, int bytes)
    {
        var groups = axis.Groups(output);
        fixed (short* digits = &axis.Digits[output * axis.DigitStride])
        {
            for (var x = 0; x < bytes; x += Vector256<byte>.Count)
            {
                var (upper0, upper1, upper2, upper3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                var (lower0, lower1, lower2, lower3) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                var pair = (int*)digits;
                var row = rows + x;
                for (var k = 0; k < 2 * groups; k++, row += 2 * pitch)
                {
                    // Two digits of the same kind beside each other, and the two rows' bytes likewise.
                    var upper = Avx2.BroadcastScalarToVector256(pair + (k >> 1) * 4 + (k & 1)).AsInt16();
                    var lower = Avx2.BroadcastScalarToVector256(pair + (k >> 1) * 4 + (k & 1) + 2).AsInt16();
                    var (a, b) = (Vector256.Load(row), Vector256.Load(row + pitch));
                    var (left, right) = (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));
                    var two = Avx2.UnpackLow(left, Vector256<byte>.Zero).AsInt16();
                    upper0 = MultiplyAdd(upper0, two, upper);
                    lower0 = MultiplyAdd(lower0, two, lower);
                    two = Avx2.UnpackHigh(left, Vector256<byte>.Zero).AsInt16();
                    upper1 = MultiplyAdd(upper1, two, upper);
                    lower1 = MultiplyAdd(lower1, two, lower);
                    two = Avx2.UnpackLow(right, Vector256<byte>.Zero).AsInt16();
                    upper2 = MultiplyAdd(upper2, two, upper);
                    lower2 = MultiplyAdd(lower2, two, lower);
                    two = Avx2.UnpackHigh(right, Vector256<byte>.Zero).AsInt16();
                    upper3 = MultiplyAdd(upper3, two, upper);
                    lower3 = MultiplyAdd(lower3, two, lower);
                }
                // Packing undoes the order that unpacking made.
                var packed = Avx2.PackUnsignedSaturate(
                    Avx2.PackSignedSaturate(Shift(Join(upper0, lower0)), Shift(Join(upper1, lower1))),
                    Avx2.PackSignedSaturate(Shift(Join(upper2, lower2)), Shift(Join(upper3, lower3))));
                if (x + Vector256<byte>.Count <= bytes)
                {
                    packed.Store(target + x);
                    continue;
                }
                for (var i = x; i < bytes; i++)
                {
                    target[i] = packed[i - x];
                }
            }
        }
    }

    private static Vector256<int> Join(Vector256<int> upper, Vector256<int> lower) => (upper << ResampleAxis.LowBits) + lower;

    private static Vector256<int> Shift(Vector256<int> sum) => (sum + Vector256.Create(Half)) >> ResampleAxis.Precision;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        AvxVnni.IsSupported ? AvxVnni.MultiplyWideningAndAdd(sum, a, b) : sum + Avx2.MultiplyAddAdjacent(a, b);

    private static void PlainAcross3(byte* row, int origin, ResampleAxis axis, int from, int to, byte* target)
    {
        for (var x = from; x < to; x++)
        {
            var sum = Vector128.Create(Half);
            var pixel = row + (axis.First[x] - origin) * 3;
            foreach (var weight in axis.Weights.AsSpan(x * axis.Stride, axis.Count[x]))
            {
                var four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(pixel)).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32() * weight;
                pixel += 3;
            }
            sum = Vector128.Min(Vector128.Max(sum >> ResampleAxis.Precision, Vector128<int>.Zero), Vector128.Create(255));
            target[x * 3] = (byte)sum[0];
            target[x * 3 + 1] = (byte)sum[1];
            target[x * 3 + 2] = (byte)sum[2];
        }
    }

    private static void PlainAcross1(byte* row, int origin, ResampleAxis axis, int from, int to, byte* target)
    {
        for (var x = from; x < to; x++)
        {
            var sum = Half;
            var pixel = row + (axis.First[x] - origin);
            foreach (var weight in axis.Weights.AsSpan(x * axis.Stride, axis.Count[x]))
            {
                sum += *pixel++ * weight;
            }
            target[x] = Cut(sum);
        }
    }

    private static void PlainDown(byte* rows, int pitch, ReadOnlySpan<int> weights, byte* target, int bytes)
    {
        var x = 0;
        for (; x + Vector128<byte>.Count <= bytes; x += Vector128<byte>.Count)
        {
            var a = Vector128.Create(Half);
            var (b, c, d) = (a, a, a);
            for (var k = 0; k < weights.Length; k++)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(rows + (nint)k * pitch + x));
                var (i0, i1) = Vector128.Widen(low);
                var (i2, i3) = Vector128.Widen(high);
                a += i0.AsInt32() * weights[k];
                b += i1.AsInt32() * weights[k];
                c += i2.AsInt32() * weights[k];
                d += i3.AsInt32() * weights[k];
            }
            Vector128.Narrow(Vector128.Narrow(Limit(a), Limit(b)), Vector128.Narrow(Limit(c), Limit(d))).Store(target + x);
        }
        for (; x < bytes; x++)
        {
            var sum = Half;
            for (var k = 0; k < weights.Length; k++)
            {
                sum += rows[(nint)k * pitch + x] * weights[k];
            }
            target[x] = Cut(sum);
        }
    }

    private static Vector128<uint> Limit(Vector128<int> sum) =>
        Vector128.Min(Vector128.Max(sum >> ResampleAxis.Precision, Vector128<int>.Zero), Vector128.Create(255)).AsUInt32();

    private static byte Cut(int sum) => (byte)Math.Clamp(sum >> ResampleAxis.Precision, 0, 255);

    private readonly struct FourRows(byte* first, int pitch, int count)
    {
        public byte* Row0 { get; } = first;

        public byte* Row1 { get; } = first + (count > 1 ? pitch : 0);

        public byte* Row2 { get; } = first + (count > 2 ? 2 * pitch : count > 1 ? pitch : 0);

        public byte* Row3 { get; } = first + (count > 3 ? 3 * pitch : (count - 1) * pitch);
    }
}
