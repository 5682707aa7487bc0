using System.Buffers.Binary;

namespace AdClip.Vision.Imaging;

/// <summary>What a PNG file's chunks say, read without decoding.</summary>
/// <remarks>Source: PNG specification, third edition. Frames are those of an animated PNG (acTL), otherwise 1.</remarks>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColourType, int Frames)
{
    private const int PaletteColour = 3;

    /// <summary>One bit a pixel, or a palette.</summary>
    public bool Indexed => ColourType == PaletteColour || (ColourType == 0 && BitDepth == 1);

    /// <summary>Reads the header and checks the length and CRC of every chunk up to IEND, in one pass over the file.</summary>
    /// <exception cref="RefusedInputException">Cut off, or a checksum is wrong; libpng alone would decode some of these to garbage.</exception>
    public static PngHeader ReadChecked(string path, ImageLimits limits)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        file.Seek(8, SeekOrigin.Begin);
        var header = default(PngHeader);
        var frames = 1;
        var seen = 0;
        Span<byte> lengthAndType = stackalloc byte[8];
        Span<byte> trailer = stackalloc byte[4];
        var buffer = new byte[1 << 16];
        while (true)
        {
            ReadOrRefuse(file, lengthAndType);
            var length = BinaryPrimitives.ReadUInt32BigEndian(lengthAndType);
            var type = lengthAndType[4..];
            if (length > int.MaxValue || length > file.Length - file.Position)
            {
                throw CutOff();
            }
            var crc = Crc32.Update(Crc32.Seed, type);
            var isHeader = seen == 0;
            if (isHeader && !(type.SequenceEqual("IHDR"u8) && length == 13))
            {
                throw Damaged("its first chunk is not IHDR");
            }
            var isAnimation = type.SequenceEqual("acTL"u8) && length == 8;
            for (var left = (int)length; left > 0;)
            {
                var part = buffer.AsSpan(0, Math.Min(left, buffer.Length));
                ReadOrRefuse(file, part);
                if (isHeader)
                {
                    header = new PngHeader(
                        BinaryPrimitives.ReadInt32BigEndian(part),
                        BinaryPrimitives.ReadInt32BigEndian(part[4..]),
                        part[8],
                        part[9],
                        1);
                    // Before anything else of the file is read: a declared 60,000 x 60,000 ends here.
                    limits.CheckSize(header.Width, header.Height);
                }
                else if (isAnimation)
                {
                    frames = Math.Max(1, BinaryPrimitives.ReadInt32BigEndian(part));
                }
                crc = Crc32.Update(crc, part);
                left -= part.Length;
            }
            ReadOrRefuse(file, trailer);
            if (BinaryPrimitives.ReadUInt32BigEndian(trailer) != Crc32.Finish(crc))
            {
                throw Damaged($"the checksum of chunk {seen + 1} is wrong");
            }
            if (type.SequenceEqual("IEND"u8))
            {
                return header with { Frames = frames };
            }
            seen++;
        }
    }

    private static void ReadOrRefuse(FileStream file, Span<byte> target)
    {
        if (file.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw CutOff();
        }
    }

    private static RefusedInputException CutOff() => Damaged("the file ends too early");

    private static RefusedInputException Damaged(string detail) => ImageDecoder.Damaged(detail);
}
