using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Imaging;

/// <summary>Resizing of 8-bit planes, bit for bit as Pillow does it.</summary>
/// <remarks>
/// The horizontal pass comes first and is rounded to 8 bits, then the vertical pass; a pass whose size does not change is
/// skipped. All sums are integers, so the order of summation, and with it the vector width, changes no bit.
/// </remarks>
public static class Resampler
{
    private const int Half = 1 << (ResampleAxis.Precision - 1);

    /// <summary>Resizes a plane of 1 or 3 interleaved channels.</summary>
    /// <param name="source">[height, width, channels].</param>
    /// <param name="width">Columns of the source.</param>
    /// <param name="height">Rows of the source.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="outWidth">Columns wanted.</param>
    /// <param name="outHeight">Rows wanted.</param>
    /// <param name="filter">How pixels are mixed.</param>
    /// <returns>[outHeight, outWidth, channels].</returns>
    public static byte[] Resize(
        ReadOnlySpan<byte> source, int width, int height, int channels, int outWidth, int outHeight, ResampleFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outHeight);
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, checked(width * height * channels));
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "1 or 3 channels");
        }
        var pass = new StreamedPass(width, height, channels, outWidth, outHeight, filter);
        for (var y = 0; y < height; y++)
        {
            pass.Take(y, source.Slice(y * width * channels, width * channels));
        }
        return pass.Finish();
    }

    /// <summary>Resizes a picture as the model sees it: bicubic with colours weighted by alpha, palettes by nearest neighbour.</summary>
    /// <remarks>The result is opaque: where 0 &lt; alpha &lt; 255 the resized colours are divided by the resized alpha, as the reference does.</remarks>
    public static PixelImage Resize(PixelImage image, int outWidth, int outHeight)
    {
        ArgumentNullException.ThrowIfNull(image);
        var filter = image.Indexed ? ResampleFilter.Nearest : ResampleFilter.Bicubic;
        var rgb = Resize(image.Rgb, image.Width, image.Height, 3, outWidth, outHeight, filter);
        if (image.Alpha is not null)
        {
            Divide(rgb, Resize(image.Alpha, image.Width, image.Height, 1, outWidth, outHeight, filter));
        }
        return new PixelImage(outWidth, outHeight, rgb, null, image.Indexed, image.SignificantBits);
    }

    internal static PixelImage Resize(RowSource rows, int outWidth, int outHeight)
    {
        var filter = rows.Info.Indexed ? ResampleFilter.Nearest : ResampleFilter.Bicubic;
        var colour = new StreamedPass(rows.Width, rows.Height, 3, outWidth, outHeight, filter);
        var opacity = rows.HasAlpha ? new StreamedPass(rows.Width, rows.Height, 1, outWidth, outHeight, filter) : null;
        var rgb = new byte[RowSource.StripRows * rows.Width * 3];
        var alpha = rows.HasAlpha ? new byte[RowSource.StripRows * rows.Width] : [];
        var y = 0;
        for (var read = rows.Read(rgb, alpha); read > 0; read = rows.Read(rgb, alpha))
        {
            for (var i = 0; i < read; i++, y++)
            {
                colour.Take(y, rgb.AsSpan(i * rows.Width * 3, rows.Width * 3));
                opacity?.Take(y, alpha.AsSpan(i * rows.Width, rows.Width));
            }
        }
        var resized = colour.Finish();
        if (opacity is not null)
        {
            Divide(resized, opacity.Finish());
        }
        return new PixelImage(outWidth, outHeight, resized, null, rows.Info.Indexed, rows.SignificantBits);
    }

    /// <summary>Undoes the multiplication by alpha where it is neither 0 nor 255.</summary>
    internal static void Divide(byte[] rgb, byte[] alpha)
    {
        for (var i = 0; i < alpha.Length; i++)
        {
            var opacity = alpha[i];
            if (opacity is 0 or 255)
            {
                continue;
            }
            for (var c = i * 3; c < i * 3 + 3; c++)
            {
                rgb[c] = (byte)Math.Min(255, rgb[c] * 255 / opacity);
            }
        }
    }

    /// <summary>Takes source rows from the top, shrinks each along x at once, and mixes rows at the end.</summary>
    internal sealed class StreamedPass
    {
        private readonly int _height;
        private readonly int _channels;
        private readonly int _outWidth;
        private readonly int _outHeight;
        private readonly ResampleFilter _filter;
        private readonly ResampleAxis? _across;
        private readonly int[]? _columns;
        private readonly byte[] _padded;
        private readonly byte[] _narrow;

        public StreamedPass(int width, int height, int channels, int outWidth, int outHeight, ResampleFilter filter)
        {
            _height = height;
            _channels = channels;
            _outWidth = outWidth;
            _outHeight = outHeight;
            _filter = filter;
            if (width != outWidth)
            {
                _across = filter == ResampleFilter.Nearest ? null : ResampleAxis.Make(width, outWidth, filter);
                _columns = filter == ResampleFilter.Nearest ? ResampleAxis.Nearest(width, outWidth) : null;
            }
            // Pixels of 3 bytes are read 4 at a time: one byte more than the row, and one more than the last output.
            _padded = new byte[width * channels + 1];
            _narrow = new byte[checked(height * outWidth * channels)];
        }

        public void Take(int y, ReadOnlySpan<byte> row)
        {
            var target = _narrow.AsSpan(y * _outWidth * _channels, _outWidth * _channels);
            if (_columns is not null)
            {
                for (var x = 0; x < _outWidth; x++)
                {
                    row.Slice(_columns[x] * _channels, _channels).CopyTo(target[(x * _channels)..]);
                }
            }
            else if (_across is null)
            {
                row.CopyTo(target);
            }
            else
            {
                row.CopyTo(_padded);
                if (_channels == 3)
                {
                    Across3(_padded, _across, target);
                }
                else
                {
                    Across1(_padded, _across, target);
                }
            }
        }

        public byte[] Finish()
        {
            if (_height == _outHeight)
            {
                return _narrow;
            }
            var stride = _outWidth * _channels;
            var result = new byte[checked(_outHeight * stride)];
            if (_filter == ResampleFilter.Nearest)
            {
                var rows = ResampleAxis.Nearest(_height, _outHeight);
                for (var y = 0; y < _outHeight; y++)
                {
                    _narrow.AsSpan(rows[y] * stride, stride).CopyTo(result.AsSpan(y * stride));
                }
                return result;
            }
            var down = ResampleAxis.Make(_height, _outHeight, _filter);
            for (var y = 0; y < _outHeight; y++)
            {
                Down(_narrow.AsSpan(down.First[y] * stride), stride, down.Weights.AsSpan(y * down.Stride, down.Count[y]), result.AsSpan(y * stride, stride));
            }
            return result;
        }

        private static void Across3(ReadOnlySpan<byte> row, ResampleAxis axis, Span<byte> target)
        {
            ref var start = ref MemoryMarshal.GetReference(row);
            for (var x = 0; x < axis.First.Length; x++)
            {
                var sum = Vector128.Create(Half);
                ref var pixel = ref System.Runtime.CompilerServices.Unsafe.Add(ref start, axis.First[x] * 3);
                foreach (var weight in axis.Weights.AsSpan(x * axis.Stride, axis.Count[x]))
                {
                    var four = Vector128.CreateScalarUnsafe(System.Runtime.CompilerServices.Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte();
                    sum += Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32() * weight;
                    pixel = ref System.Runtime.CompilerServices.Unsafe.Add(ref pixel, 3);
                }
                sum >>= ResampleAxis.Precision;
                sum = Vector128.Min(Vector128.Max(sum, Vector128<int>.Zero), Vector128.Create(255));
                target[x * 3] = (byte)sum[0];
                target[x * 3 + 1] = (byte)sum[1];
                target[x * 3 + 2] = (byte)sum[2];
            }
        }

        private static void Across1(ReadOnlySpan<byte> row, ResampleAxis axis, Span<byte> target)
        {
            for (var x = 0; x < axis.First.Length; x++)
            {
                var sum = Half;
                var taps = row.Slice(axis.First[x], axis.Count[x]);
                var weights = axis.Weights.AsSpan(x * axis.Stride, axis.Count[x]);
                for (var k = 0; k < taps.Length; k++)
                {
                    sum += taps[k] * weights[k];
                }
                target[x] = Clamp(sum);
            }
        }

        private static void Down(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<int> weights, Span<byte> target)
        {
            var x = 0;
            for (; x + Vector128<byte>.Count <= stride; x += Vector128<byte>.Count)
            {
                var a = Vector128.Create(Half);
                var (b, c, d) = (a, a, a);
                for (var k = 0; k < weights.Length; k++)
                {
                    var (low, high) = Vector128.Widen(Vector128.Create(rows.Slice(k * stride + x, Vector128<byte>.Count)));
                    var (i0, i1) = Vector128.Widen(low);
                    var (i2, i3) = Vector128.Widen(high);
                    a += i0.AsInt32() * weights[k];
                    b += i1.AsInt32() * weights[k];
                    c += i2.AsInt32() * weights[k];
                    d += i3.AsInt32() * weights[k];
                }
                Vector128.Narrow(Vector128.Narrow(Limit(a), Limit(b)), Vector128.Narrow(Limit(c), Limit(d))).CopyTo(target[x..]);
            }
            for (; x < stride; x++)
            {
                var sum = Half;
                for (var k = 0; k < weights.Length; k++)
                {
                    sum += rows[k * stride + x] * weights[k];
                }
                target[x] = Clamp(sum);
            }
        }

        private static Vector128<uint> Limit(Vector128<int> sum) =>
            Vector128.Min(Vector128.Max(sum >> ResampleAxis.Precision, Vector128<int>.Zero), Vector128.Create(255)).AsUInt32();

        private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResampleAxis.Precision, 0, 255);
    }
}
