namespace AdClip.Vision.Imaging;

/// <summary>Resizing of 8-bit planes, bit for bit as Pillow does it.</summary>
/// <remarks>
/// The horizontal pass comes first and is rounded to 8 bits, then the vertical pass; a pass whose size does not change is
/// skipped. All sums are integers, so the order of summation, and with it the vector width, changes no bit.
/// </remarks>
public static class Resampler
{
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
        pass.Take(source);
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
        var resized = rows.Grey ? Spread(ResizeGrey(rows, outWidth, outHeight, filter)) : ResizeColour(rows, outWidth, outHeight, filter);
        return new PixelImage(outWidth, outHeight, resized, null, rows.Info.Indexed, rows.SignificantBits);
    }

    private static byte[] ResizeColour(RowSource rows, int outWidth, int outHeight, ResampleFilter filter)
    {
        var colour = new StreamedPass(rows.Width, rows.Height, 3, outWidth, outHeight, filter);
        var opacity = rows.HasAlpha ? new StreamedPass(rows.Width, rows.Height, 1, outWidth, outHeight, filter) : null;
        var rgb = new byte[rows.StripRows * rows.Width * 3];
        var alpha = rows.HasAlpha ? new byte[rows.StripRows * rows.Width] : [];
        for (var read = rows.Read(rgb, alpha); read > 0; read = rows.Read(rgb, alpha))
        {
            colour.Take(rgb.AsSpan(0, read * rows.Width * 3));
            opacity?.Take(alpha.AsSpan(0, read * rows.Width));
        }
        var resized = colour.Finish();
        if (opacity is not null)
        {
            Divide(resized, opacity.Finish());
        }
        return resized;
    }

    /// <summary>Each channel is resized by itself, so that one stands for three equal ones.</summary>
    private static byte[] ResizeGrey(RowSource rows, int outWidth, int outHeight, ResampleFilter filter)
    {
        var pass = new StreamedPass(rows.Width, rows.Height, 1, outWidth, outHeight, filter);
        var grey = new byte[rows.StripRows * rows.Width];
        for (var read = rows.ReadGrey(grey); read > 0; read = rows.ReadGrey(grey))
        {
            pass.Take(grey.AsSpan(0, read * rows.Width));
        }
        return pass.Finish();
    }

    private static byte[] Spread(byte[] grey)
    {
        var rgb = new byte[grey.Length * 3];
        for (int i = 0, o = 0; i < grey.Length; i++, o += 3)
        {
            rgb[o] = rgb[o + 1] = rgb[o + 2] = grey[i];
        }
        return rgb;
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

    /// <summary>Takes source rows from the top, shrinks each along x at once, and mixes rows as soon as those of an output are there.</summary>
    /// <remarks>Holds the result and the rows that one output mixes, half as many again.</remarks>
    internal sealed unsafe class StreamedPass
    {
        private readonly int _height;
        private readonly int _channels;
        private readonly int _rowBytes;
        private readonly int _outWidth;
        private readonly int _outHeight;
        private readonly bool _fast;
        private readonly byte[] _result;

        /// <summary>How columns are mixed; null where they are not.</summary>
        private readonly ResampleAxis? _across;

        /// <summary>Which columns are taken; null where they are mixed, or all are.</summary>
        private readonly int[]? _columns;

        /// <summary>From this output on columns are mixed out of <see cref="_tail"/>, the row's end with room behind it.</summary>
        private readonly int _tailFrom;

        private readonly int _tailOrigin;
        private readonly byte[] _tail = [];

        /// <summary>How rows are mixed; null where they are not.</summary>
        private readonly ResampleAxis? _down;

        /// <summary>Which rows are taken; null where they are mixed.</summary>
        private readonly int[]? _rows;

        private readonly int _pitch;
        private readonly int _capacity;

        /// <summary>[_capacity + spare rows, _pitch]: rows <see cref="_windowTop"/> to <see cref="_next"/>, already shrunk along x.</summary>
        private readonly byte[] _window;

        private int _windowTop;
        private int _next;
        private int _finished;

        /// <param name="width">Columns of the source.</param>
        /// <param name="height">Rows of the source.</param>
        /// <param name="channels">1 or 3.</param>
        /// <param name="outWidth">Columns wanted.</param>
        /// <param name="outHeight">Rows wanted.</param>
        /// <param name="filter">How pixels are mixed.</param>
        /// <param name="portable">Leaves the processor's own instructions aside.</param>
        public StreamedPass(int width, int height, int channels, int outWidth, int outHeight, ResampleFilter filter, bool portable = false)
        {
            _height = height;
            _channels = channels;
            _rowBytes = width * channels;
            _outWidth = outWidth;
            _outHeight = outHeight;
            _fast = ResampleKernels.Fast && !portable;
            _result = new byte[checked(outHeight * outWidth * channels)];
            if (width != outWidth && filter == ResampleFilter.Nearest)
            {
                _columns = ResampleAxis.Nearest(width, outWidth);
            }
            else if (width != outWidth)
            {
                _across = ResampleAxis.Make(width, outWidth, filter);
                _tailFrom = ResampleKernels.FirstOverrunning(_across, width, channels);
                if (_tailFrom < outWidth)
                {
                    _tailOrigin = _across.First[_tailFrom];
                    _tail = new byte[(width - _tailOrigin) * channels + ResampleKernels.Overrun];
                }
            }
            if (height == outHeight || filter == ResampleFilter.Nearest)
            {
                _rows = height == outHeight ? [.. Enumerable.Range(0, height)] : ResampleAxis.Nearest(height, outHeight);
                _capacity = 1;
            }
            else
            {
                _down = ResampleAxis.Make(height, outHeight, filter);
                var most = _down.Count.Max();
                _capacity = Math.Min(height, most + most / 2 + 8);
            }
            _pitch = checked(outWidth * channels + ResampleKernels.Overrun + 31) & ~31;
            _window = new byte[checked((_capacity + ResampleKernels.OverrunRows) * _pitch)];
        }

        /// <summary>The next rows of the source, one or several whole ones.</summary>
        public void Take(ReadOnlySpan<byte> rows)
        {
            for (; rows.Length > 0; rows = rows[_rowBytes..])
            {
                TakeRow(rows[.._rowBytes]);
            }
        }

        /// <summary>[outHeight, outWidth, channels], when every row was taken.</summary>
        public byte[] Finish() => _next == _height
            ? _result
            : throw new InvalidOperationException($"{_next} of {_height} rows were taken.");

        private void TakeRow(ReadOnlySpan<byte> row)
        {
            var stride = _outWidth * _channels;
            if (_down is null)
            {
                for (var across = false; _finished < _outHeight && _rows![_finished] == _next; _finished++, across = true)
                {
                    if (!across)
                    {
                        Across(row, _window);
                    }
                    _window.AsSpan(0, stride).CopyTo(_result.AsSpan(_finished * stride));
                }
                _next++;
                return;
            }
            if (_next - _windowTop == _capacity)
            {
                // Rows above those of the next output are done with.
                var top = _finished < _outHeight ? Math.Min(_down.First[_finished], _next) : _next;
                _window.AsSpan((top - _windowTop) * _pitch, (_next - top) * _pitch).CopyTo(_window);
                _windowTop = top;
            }
            Across(row, _window.AsSpan((_next - _windowTop) * _pitch, _pitch));
            _next++;
            for (; _finished < _outHeight && _down.First[_finished] + _down.Count[_finished] <= _next; _finished++)
            {
                fixed (byte* window = _window, result = _result)
                {
                    var first = window + (_down.First[_finished] - _windowTop) * _pitch;
                    ResampleKernels.Down(first, _pitch, _down, _finished, result + _finished * stride, stride, _fast);
                }
            }
        }

        private void Across(ReadOnlySpan<byte> row, Span<byte> target)
        {
            if (_columns is not null)
            {
                for (var x = 0; x < _columns.Length; x++)
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
                if (_tailFrom < _outWidth)
                {
                    row[(_tailOrigin * _channels)..].CopyTo(_tail);
                }
                fixed (byte* source = row, tail = _tail, narrow = target)
                {
                    ResampleKernels.Across(source, 0, _across, 0, _tailFrom, _channels, narrow, _fast);
                    ResampleKernels.Across(tail, _tailOrigin, _across, _tailFrom, _outWidth, _channels, narrow, _fast);
                }
            }
        }
    }
}
