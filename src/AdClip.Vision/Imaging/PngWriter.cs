using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;

namespace AdClip.Vision.Imaging;

/// <summary>What one pixel of a written PNG is.</summary>
public enum PngPixels
{
    /// <summary>One bit: 0 black, 1 white.</summary>
    Bit,

    /// <summary>One byte of grey.</summary>
    Grey,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Red, green, blue, opacity (colours not multiplied by it).</summary>
    Rgba,
}

/// <summary>Writes a PNG row by row, so that a picture of any size needs two rows of memory; no metadata is written.</summary>
/// <remarks>
/// Source: PNG specification, third edition. Each row takes the filter (none, left, up) whose bytes sum to the least, as the
/// specification suggests; one-bit pictures are not filtered. The same input gives the same bytes.
/// </remarks>
public sealed class PngWriter : IDisposable
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    private readonly Stream _target;
    private readonly PngPixels _pixels;
    private readonly int _height;
    private readonly int _pixelBytes;
    private readonly byte[] _previous;
    private readonly byte[][] _filtered;
    private readonly ChunkedStream _chunks;
    private readonly ZLibStream _deflate;
    private int _rows;

    /// <summary>Begins the file on <paramref name="target"/>, which stays open.</summary>
    public PngWriter(Stream target, int width, int height, PngPixels pixels, CompressionLevel level = CompressionLevel.Fastest)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        _target = target;
        _pixels = pixels;
        _height = height;
        _pixelBytes = pixels switch { PngPixels.Rgb => 3, PngPixels.Rgba => 4, _ => 1 };
        RowBytes = pixels == PngPixels.Bit ? (width + 7) / 8 : checked(width * _pixelBytes);
        _previous = new byte[RowBytes];
        _filtered = [new byte[RowBytes], new byte[RowBytes]];

        target.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = (byte)(pixels == PngPixels.Bit ? 1 : 8);
        header[9] = (byte)(pixels switch { PngPixels.Rgb => 2, PngPixels.Rgba => 6, _ => 0 });
        header[10..].Clear();
        WriteChunk(target, "IHDR"u8, header);
        _chunks = new ChunkedStream(target);
        _deflate = new ZLibStream(_chunks, level, leaveOpen: true);
    }

    /// <summary>Bytes of one row of pixels.</summary>
    public int RowBytes { get; }

    /// <summary>A whole picture as a file in memory.</summary>
    /// <param name="data">[height, width, bytes of a pixel]; for <see cref="PngPixels.Bit"/> rows of bits, the first the highest.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">What a pixel is.</param>
    public static byte[] Encode(ReadOnlySpan<byte> data, int width, int height, PngPixels pixels)
    {
        using var memory = new MemoryStream();
        using (var writer = new PngWriter(memory, width, height, pixels))
        {
            writer.Write(data);
        }
        return memory.ToArray();
    }

    /// <summary>A mask as a one-bit picture: defect white.</summary>
    /// <param name="mask">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static byte[] EncodeMask(ReadOnlySpan<bool> mask, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, checked(width * height));
        using var memory = new MemoryStream();
        using (var writer = new PngWriter(memory, width, height, PngPixels.Bit))
        {
            var row = new byte[writer.RowBytes];
            for (var y = 0; y < height; y++)
            {
                Array.Clear(row);
                for (var x = 0; x < width; x++)
                {
                    if (mask[y * width + x])
                    {
                        row[x >> 3] |= (byte)(0x80 >> (x & 7));
                    }
                }
                writer.Write(row);
            }
        }
        return memory.ToArray();
    }

    /// <summary>Writes one or several whole rows.</summary>
    public void Write(ReadOnlySpan<byte> rows)
    {
        if (rows.Length % RowBytes != 0 || _rows + rows.Length / RowBytes > _height)
        {
            throw new ArgumentException($"{rows.Length} bytes are not whole rows of {RowBytes} bytes within {_height} rows.", nameof(rows));
        }
        for (; rows.Length > 0; rows = rows[RowBytes..], _rows++)
        {
            WriteRow(rows[..RowBytes]);
        }
    }

    /// <summary>Ends the file; a file with missing rows is left without its end, so that it cannot pass for whole.</summary>
    public void Dispose()
    {
        _deflate.Dispose();
        if (_rows == _height)
        {
            _chunks.Flush();
            WriteChunk(_target, "IEND"u8, []);
            // Once only: a second Dispose finds the row count changed.
            _rows = -1;
        }
    }

    private void WriteRow(ReadOnlySpan<byte> row)
    {
        var best = row;
        byte filter = 0;
        if (_pixels != PngPixels.Bit)
        {
            var cost = Cost(row);
            TensorPrimitives.Subtract(row[_pixelBytes..], row[..^_pixelBytes], _filtered[0].AsSpan(_pixelBytes));
            row[.._pixelBytes].CopyTo(_filtered[0]);
            TensorPrimitives.Subtract(row, _previous, _filtered[1]);
            for (byte candidate = 1; candidate <= 2; candidate++)
            {
                var candidateCost = Cost(_filtered[candidate - 1]);
                if (candidateCost < cost)
                {
                    (cost, filter) = (candidateCost, candidate);
                    best = _filtered[candidate - 1];
                }
            }
            row.CopyTo(_previous);
        }
        _deflate.WriteByte(filter);
        _deflate.Write(best);
    }

    /// <summary>Sum of the bytes' magnitudes, each taken as signed.</summary>
    private static long Cost(ReadOnlySpan<byte> bytes)
    {
        var sum = 0L;
        foreach (var value in bytes)
        {
            sum += Math.Abs((int)(sbyte)value);
        }
        return sum;
    }

    private static void WriteChunk(Stream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        target.Write(number);
        target.Write(type);
        target.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Finish(Crc32.Update(Crc32.Update(Crc32.Seed, type), data)));
        target.Write(number);
    }

    /// <summary>Cuts the compressed bytes into IDAT chunks.</summary>
    private sealed class ChunkedStream(Stream target) : Stream
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                var part = Math.Min(buffer.Length, _buffer.Length - _used);
                buffer[..part].CopyTo(_buffer.AsSpan(_used));
                _used += part;
                buffer = buffer[part..];
                if (_used == _buffer.Length)
                {
                    Flush();
                }
            }
        }

        public override void Flush()
        {
            if (_used > 0)
            {
                WriteChunk(target, "IDAT"u8, _buffer.AsSpan(0, _used));
                _used = 0;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
