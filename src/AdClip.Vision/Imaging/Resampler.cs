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
        var resized = rows.PlainChannels > 0 ? ResizePlain(rows, outWidth, outHeight, filter) : ResizeColour(rows, outWidth, outHeight, filter);
        return new PixelImage(outWidth, outHeight, resized, null, rows.Info.Indexed, rows.SignificantBits);
    }

    private static byte[] ResizeColour(RowSource rows, int outWidth, int outHeight, ResampleFilter filter)
    {
        var colour = new StreamedPass(rows.Width, rows.Height, 3, outWidth, outHeight, filter);
        var opacity = rows.HasAlpha ? new StreamedPass(rows.Width, rows.Height, 1, outWidth, outHeight, filter) : null;
        var rgb = GC.AllocateUninitializedArray<byte>(rows.StripRows * rows.Width * 3);
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

    private static byte[] ResizePlain(RowSource rows, int outWidth, int outHeight, ResampleFilter filter)
    {
        var pass = new StreamedPass(rows.Width, rows.Height, rows.PlainChannels, outWidth, outHeight, filter);
        for (var strip = rows.ReadPlain(); strip.Length > 0; strip = rows.ReadPlain())
        {
            pass.Take(strip);
        }
        // Each channel is resized by itself, so that one stands for three equal ones.
        return rows.PlainChannels == 3 ? pass.Finish() : Spread(pass.Finish());
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

        /// <summary>Which columns are taken by <see cref="ResampleFilter.Nearest"/>; null where they are mixed, or all are taken.</summary>
        private readonly int[]? _columns;

        /// <summary>From this output on columns are mixed out of <see cref="_tail"/>, the row's end with room behind it.</summary>
        private readonly int _tailFrom;

        private readonly int _tailOrigin;
        private readonly int _tailPitch;
        private readonly byte[] _tail = [];

        /// <summary>How rows are mixed; null where they are taken as they are.</summary>
        private readonly ResampleAxis? _down;

        /// <summary>Which rows are taken by <see cref="ResampleFilter.Nearest"/>; null with other filters.</summary>
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
            _result = GC.AllocateUninitializedArray<byte>(checked(outHeight * outWidth * channels));
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
                    _tailPitch = (width - _tailOrigin) * channels + ResampleKernels.Overrun;
                    _tail = new byte[ResampleKernels.Rows * _tailPitch];
                }
            }
            if (filter == ResampleFilter.Nearest)
            {
                _rows = height == outHeight ? [.. Enumerable.Range(0, height)] : ResampleAxis.Nearest(height, outHeight);
            }
            else if (height == outHeight)
            {
                _capacity = ResampleKernels.Rows;
            }
            else
            {
                _down = ResampleAxis.Make(height, outHeight, filter);
                var most = _down.Count.Max();
                _capacity = Math.Min(height, most + most / 2 + 2 * ResampleKernels.Rows);
            }
            _pitch = checked(outWidth * channels + ResampleKernels.Overrun + 31) & ~31;
            _window = GC.AllocateUninitializedArray<byte>(checked((_capacity + ResampleKernels.OverrunRows) * _pitch));
        }

        /// <summary>The next rows of the source, one or several whole ones.</summary>
        public void Take(ReadOnlySpan<byte> rows) => Take(rows, rows.Length / _rowBytes, _rowBytes);

        /// <summary>The next <paramref name="count"/> rows of the source, <paramref name="pitch"/> bytes from one to the next.</summary>
        public void Take(ReadOnlySpan<byte> rows, int count, int pitch)
        {
            for (var i = 0; i < count;)
            {
                var some = Math.Min(_rows is null ? ResampleKernels.Rows : 1, count - i);
                var part = rows.Slice(i * pitch, (some - 1) * pitch + _rowBytes);
                if (_rows is not null)
                {
                    Choose(part, _rows);
                }
                else if (_down is null)
                {
                    Copy(part, pitch, some);
                }
                else
                {
                    Mix(part, pitch, some, _down);
                }
                i += some;
                _next += some;
            }
        }

        /// <summary>[outHeight, outWidth, channels], when every row was taken.</summary>
        public byte[] Finish() => _next == _height
            ? _result
            : throw new InvalidOperationException($"{_next} of {_height} rows were taken.");

        private void Choose(ReadOnlySpan<byte> row, int[] chosen)
        {
            var stride = _outWidth * _channels;
            for (; _finished < _outHeight && chosen[_finished] == _next; _finished++)
            {
                ChooseColumns(row, _result.AsSpan(_finished * stride, stride));
            }
        }

        private void Copy(ReadOnlySpan<byte> rows, int pitch, int count)
        {
            Across(rows, pitch, count, _window);
            var stride = _outWidth * _channels;
            for (var i = 0; i < count; i++)
            {
                _window.AsSpan(i * _pitch, stride).CopyTo(_result.AsSpan((_next + i) * stride));
            }
        }

        private void Mix(ReadOnlySpan<byte> rows, int pitch, int count, ResampleAxis down)
        {
            if (_next - _windowTop + count > _capacity)
            {
                // Rows above those of the next output are done with.
                var top = _finished < _outHeight ? Math.Min(down.First[_finished], _next) : _next;
                _window.AsSpan((top - _windowTop) * _pitch, (_next - top) * _pitch).CopyTo(_window);
                _windowTop = top;
            }
            Across(rows, pitch, count, _window.AsSpan((_next - _windowTop) * _pitch, count * _pitch));
            var complete = _next + count;
            var stride = _outWidth * _channels;
            fixed (byte* window = _window, result = _result)
            {
                for (; _finished < _outHeight && down.First[_finished] + down.Count[_finished] <= complete; _finished++)
                {
                    var first = window + (down.First[_finished] - _windowTop) * _pitch;
                    ResampleKernels.Down(first, _pitch, down, _finished, result + _finished * stride, stride, _fast);
                }
            }
        }

        private void Across(ReadOnlySpan<byte> rows, int pitch, int count, Span<byte> target)
        {
            if (_across is null)
            {
                for (var i = 0; i < count; i++)
                {
                    ChooseColumns(rows.Slice(i * pitch, _rowBytes), target[(i * _pitch)..]);
                }
                return;
            }
            for (var i = 0; i < count && _tailFrom < _outWidth; i++)
            {
                rows.Slice(i * pitch + _tailOrigin * _channels, _rowBytes - _tailOrigin * _channels).CopyTo(_tail.AsSpan(i * _tailPitch));
            }
            fixed (byte* source = rows, tail = _tail, narrow = target)
            {
                ResampleKernels.Across(source, pitch, count, 0, _across, 0, _tailFrom, _channels, narrow, _pitch, _fast);
                ResampleKernels.Across(tail, _tailPitch, count, _tailOrigin, _across, _tailFrom, _outWidth, _channels, narrow, _pitch, _fast);
            }
        }

        private void ChooseColumns(ReadOnlySpan<byte> row, Span<byte> target)
        {
            if (_columns is null)
            {
                row.CopyTo(target);
                return;
            }
            for (var x = 0; x < _columns.Length; x++)
            {
                for (var c = 0; c < _channels; c++)
                {
                    target[x * _channels + c] = row[_columns[x] * _channels + c];
                }
            }
        }
    }
}
