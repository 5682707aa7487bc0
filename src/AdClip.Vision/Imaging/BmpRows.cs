using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Imaging;

/// <summary>Rows of a Windows bitmap: 1, 4, 8 bits with a palette, 16, 24 and 32 bits; uncompressed or with bit fields.</summary>
/// <remarks>
/// Source: the BITMAPCOREHEADER, BITMAPINFOHEADER, V4 and V5 structures of the Windows documentation. Rows are stored
/// upwards unless the height is negative, each padded to 4 bytes. The fourth channel of 32 bits is ignored: writers leave it 0.
/// </remarks>
internal sealed class BmpRows : RowSource
{
    private const int FileHeaderBytes = 14;
    private const int Uncompressed = 0;
    private const int BitFields = 3;

    private readonly FileStream _file;
    private readonly Layout _layout;
    private readonly byte[] _stored;
    private int _row;

    private BmpRows(ImageInfo info, FileStream file, Layout layout)
        : base(info, 3)
    {
        _file = file;
        _layout = layout;
        _stored = new byte[StripRows * layout.Stride];
    }

    public override bool HasAlpha => false;

    public override int SignificantBits => 8;

    public static ImageInfo Identify(string path, ImageLimits limits)
    {
        using var file = File.OpenRead(path);
        var layout = Layout.Read(file, limits);
        return new ImageInfo
        {
            Width = layout.Width,
            Height = layout.Height,
            Format = ImageFormat.Bmp,
            BitDepth = layout.BitsPerPixel <= 8 ? layout.BitsPerPixel : 8,
            Channels = layout.IsGrey ? 1 : 3,
            Frames = 1,
            Orientation = 1,
            Indexed = layout.BitsPerPixel <= 8,
            Bytes = file.Length,
        };
    }

    public static BmpRows Open(string path, ImageInfo info, ImageLimits limits)
    {
        var file = File.OpenRead(path);
        try
        {
            return new BmpRows(info, file, Layout.Read(file, limits));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> rgb, Span<byte> alpha)
    {
        var rows = Math.Min(StripRows, Height - _row);
        if (rows <= 0)
        {
            return 0;
        }
        var first = _layout.BottomUp ? Height - _row - rows : _row;
        var stored = _stored.AsSpan(0, rows * _layout.Stride);
        _file.Seek(_layout.PixelOffset + (long)first * _layout.Stride, SeekOrigin.Begin);
        if (_file.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length)
        {
            throw ImageDecoder.Damaged("the file ends too early");
        }
        for (var i = 0; i < rows; i++)
        {
            var at = _layout.BottomUp ? rows - 1 - i : i;
            Expand(stored.Slice(at * _layout.Stride, _layout.Stride), rgb.Slice(i * Width * 3, Width * 3));
        }
        _row += rows;
        return rows;
    }

    public override void Dispose() => _file.Dispose();

    private void Expand(ReadOnlySpan<byte> stored, Span<byte> rgb)
    {
        switch (_layout.BitsPerPixel)
        {
            case <= 8:
                ExpandPalette(stored, rgb);
                break;
            case 24:
                Exchange(stored, rgb);
                break;
            default:
                ExpandFields(stored, rgb);
                break;
        }
    }

    /// <summary>Blue, green, red to red, green, blue.</summary>
    private static void Exchange(ReadOnlySpan<byte> stored, Span<byte> rgb)
    {
        // Five pixels a step; the sixteenth byte is written again by the next.
        var order = Vector128.Create((byte)2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 15);
        var o = 0;
        for (; o + Vector128<byte>.Count <= rgb.Length; o += 15)
        {
            Vector128.Shuffle(Vector128.Create(stored[o..]), order).CopyTo(rgb[o..]);
        }
        for (; o < rgb.Length; o += 3)
        {
            (rgb[o], rgb[o + 1], rgb[o + 2]) = (stored[o + 2], stored[o + 1], stored[o]);
        }
    }

    private void ExpandPalette(ReadOnlySpan<byte> stored, Span<byte> rgb)
    {
        var palette = _layout.Palette;
        var bits = _layout.BitsPerPixel;
        var perByte = 8 / bits;
        if (bits == 8 && palette.Length == 3 * 256)
        {
            // The usual case: every value has its colour.
            var pixels = rgb;
            foreach (var value in stored[..Width])
            {
                pixels[2] = palette[3 * value + 2];
                pixels[1] = palette[3 * value + 1];
                pixels[0] = palette[3 * value];
                pixels = pixels[3..];
            }
            return;
        }
        for (var x = 0; x < Width; x++)
        {
            var index = (stored[x / perByte] >> (8 - bits - x % perByte * bits)) & ((1 << bits) - 1);
            if (index * 3 >= palette.Length)
            {
                throw ImageDecoder.Damaged($"pixel value {index} is not in the palette");
            }
            (rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2]) = (palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]);
        }
    }

    private void ExpandFields(ReadOnlySpan<byte> stored, Span<byte> rgb)
    {
        var bytes = _layout.BitsPerPixel / 8;
        for (var x = 0; x < Width; x++)
        {
            var pixel = bytes == 2
                ? BinaryPrimitives.ReadUInt16LittleEndian(stored[(x * 2)..])
                : BinaryPrimitives.ReadUInt32LittleEndian(stored[(x * 4)..]);
            for (var channel = 0; channel < 3; channel++)
            {
                var field = _layout.Fields[channel];
                var shift = BitOperations.TrailingZeroCount(field);
                var full = field >> shift;
                rgb[x * 3 + channel] = (byte)(((ulong)((pixel & field) >> shift) * 255 + full / 2) / full);
            }
        }
    }

    /// <summary>Where the pixels lie and how one is stored.</summary>
    private sealed record Layout(int Width, int Height, bool BottomUp, int BitsPerPixel, int Stride, long PixelOffset, byte[] Palette, uint[] Fields)
    {
        public bool IsGrey { get; } = Palette.Length > 0 && Palette.Chunk(3).All(colour => colour[0] == colour[1] && colour[1] == colour[2]);

        public static Layout Read(FileStream file, ImageLimits limits)
        {
            var head = ReadExactly(file, 0, FileHeaderBytes + 4);
            var pixelOffset = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(10));
            var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(14));
            var header = ReadExactly(file, FileHeaderBytes, headerBytes);
            var core = headerBytes == 12;
            var width = core ? BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(4)) : BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
            var signedHeight = core ? BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6)) : BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
            var bits = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(core ? 10 : 14));
            var compression = core ? Uncompressed : BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16));
            var height = Math.Abs((long)signedHeight);
            limits.CheckSize(width, height);

            var withFields = compression == BitFields && bits is 16 or 32;
            if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || !(compression == Uncompressed || withFields))
            {
                throw new RefusedInputException(
                    RefusalCode.UnsupportedPixelFormat,
                    $"The picture has a bitmap of {bits} bits with compression {compression}, which is not read. Save it as PNG.",
                    $"BMP {bits} bit, compression {compression}");
            }
            var stride = checked((int)(((long)width * bits + 31) / 32 * 4));
            if (pixelOffset + stride * height > file.Length)
            {
                throw ImageDecoder.Damaged("the file ends too early");
            }
            var palette = bits <= 8 ? ReadPalette(file, header, core, bits, headerBytes) : [];
            uint[] fields = bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0x00FF0000, 0x0000FF00, 0x000000FF];
            if (withFields)
            {
                // The masks follow a 40-byte header and are part of the longer ones: the same place either way.
                var masks = ReadExactly(file, FileHeaderBytes + 40, 12);
                fields = [.. Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(masks.AsSpan(i * 4)))];
                if (fields.Contains(0u))
                {
                    throw ImageDecoder.Damaged("a colour has no bits");
                }
            }
            return new Layout(width, (int)height, signedHeight > 0, bits, stride, pixelOffset, palette, fields);
        }

        private static byte[] ReadPalette(FileStream file, byte[] header, bool core, int bits, int headerBytes)
        {
            var entryBytes = core ? 3 : 4;
            var used = core ? 0 : BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32));
            var entries = used is > 0 and <= 256 ? used : 1 << bits;
            var stored = ReadExactly(file, FileHeaderBytes + headerBytes, entries * entryBytes);
            var palette = new byte[entries * 3];
            for (var i = 0; i < entries; i++)
            {
                (palette[i * 3], palette[i * 3 + 1], palette[i * 3 + 2]) =
                    (stored[i * entryBytes + 2], stored[i * entryBytes + 1], stored[i * entryBytes]);
            }
            return palette;
        }

        private static byte[] ReadExactly(FileStream file, long offset, int count)
        {
            var bytes = new byte[count];
            file.Seek(offset, SeekOrigin.Begin);
            return file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : throw ImageDecoder.Damaged("the file ends too early");
        }
    }
}
