using System.Buffers.Binary;
using System.Text;

namespace AdClip.Vision.Weights;

/// <summary>One file in a zip archive: where its bytes lie.</summary>
/// <param name="Offset">Byte in the archive at which the member's data starts.</param>
/// <param name="Length">Bytes as stored.</param>
/// <param name="IsStored">False if compressed: then its bytes cannot be used in place.</param>
internal readonly record struct ZipMember(long Offset, long Length, bool IsStored);

/// <summary>Reads a zip's directory for the byte positions of its members, which the framework's reader does not tell.</summary>
internal static class ZipMembers
{
    private const int EndBytes = 22;
    private const int LongestComment = 65535;
    private const int CentralBytes = 46;
    private const int LocalBytes = 30;
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const long DirectoryLimit = 8 << 20;
    private const int EncryptedFlag = 1;

    public static Dictionary<string, ZipMember> Read(Stream stream, string name)
    {
        try
        {
            return ReadDirectory(stream, name);
        }
        catch (Exception wrong) when (wrong is EndOfStreamException or OverflowException or ArgumentOutOfRangeException or IOException)
        {
            throw Damaged(name);
        }
    }

    private static Dictionary<string, ZipMember> ReadDirectory(Stream stream, string name)
    {
        var (start, bytes, count) = FindDirectory(stream, name);
        if (start < 0 || bytes < 0 || bytes > DirectoryLimit || start > stream.Length - bytes)
        {
            throw Damaged(name);
        }
        var directory = ReadAt(stream, start, (int)bytes);
        var members = new Dictionary<string, ZipMember>(StringComparer.Ordinal);
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var entry = directory.AsSpan(at);
            if (entry.Length < CentralBytes || BinaryPrimitives.ReadUInt32LittleEndian(entry) != CentralSignature)
            {
                throw Damaged(name);
            }
            var method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
            var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]);
            var extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]);
            var commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
            var memberName = Encoding.UTF8.GetString(entry.Slice(CentralBytes, nameBytes));
            var (length, plain, local) = Sizes(entry, entry.Slice(CentralBytes + nameBytes, extraBytes));
            var header = ReadAt(stream, local, LocalBytes + nameBytes).AsSpan();
            // Both headers name the member; where they differ, the directory is not this file's.
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature || !header[LocalBytes..].SequenceEqual(entry.Slice(CentralBytes, nameBytes)))
            {
                throw Damaged(name);
            }
            var isStored = method == 0 && plain == length && (BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]) & EncryptedFlag) == 0;
            var data = local + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            if (length < 0 || data > stream.Length - length || !members.TryAdd(memberName, new ZipMember(data, length, isStored)))
            {
                throw Damaged(name);
            }
            at += CentralBytes + nameBytes + extraBytes + commentBytes;
        }
        CheckApart(members.Values, name);
        return members;
    }

    private static void CheckApart(IEnumerable<ZipMember> members, string name)
    {
        var end = 0L;
        foreach (var member in members.OrderBy(member => member.Offset))
        {
            end = member.Offset >= end ? member.Offset + member.Length : throw Damaged(name);
        }
    }

    // The directory's start, bytes and number of entries, from the end record or its 64-bit form.
    private static (long Start, long Bytes, long Count) FindDirectory(Stream stream, string name)
    {
        var tailBytes = (int)Math.Min(stream.Length, EndBytes + LongestComment);
        var tail = ReadAt(stream, stream.Length - tailBytes, tailBytes);
        for (var at = tailBytes - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndBytes)
            {
                continue;
            }
            var locatorAt = stream.Length - tailBytes + at - 20;
            if (locatorAt >= 0)
            {
                var locator = ReadAt(stream, locatorAt, 20).AsSpan();
                if (BinaryPrimitives.ReadUInt32LittleEndian(locator) == Zip64LocatorSignature)
                {
                    var large = ReadAt(stream, BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), 56).AsSpan();
                    return BinaryPrimitives.ReadUInt32LittleEndian(large) == Zip64EndSignature
                        ? (
                            BinaryPrimitives.ReadInt64LittleEndian(large[48..]),
                            BinaryPrimitives.ReadInt64LittleEndian(large[40..]),
                            BinaryPrimitives.ReadInt64LittleEndian(large[32..]))
                        : throw Damaged(name);
                }
            }
            return (
                BinaryPrimitives.ReadUInt32LittleEndian(end[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(end[12..]),
                BinaryPrimitives.ReadUInt16LittleEndian(end[10..]));
        }
        throw Damaged(name);
    }

    // Stored and plain length, and local header position; fields of all ones are in the 64-bit extra field, in this order.
    private static (long Length, long Plain, long Local) Sizes(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra)
    {
        long stored = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long plain = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long local = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        while (extra.Length >= 4)
        {
            var bytes = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            var field = extra.Slice(4, bytes);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                plain = Widen(plain, ref field);
                stored = Widen(stored, ref field);
                local = Widen(local, ref field);
            }
            extra = extra[(4 + bytes)..];
        }
        return (stored, plain, local);

        static long Widen(long value, ref ReadOnlySpan<byte> field)
        {
            if (value != uint.MaxValue)
            {
                return value;
            }
            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            return value;
        }
    }

    private static byte[] ReadAt(Stream stream, long position, int bytes)
    {
        stream.Position = position;
        var buffer = new byte[bytes];
        stream.ReadExactly(buffer);
        return buffer;
    }

    private static RefusedInputException Damaged(string name)
        => new(RefusalCode.WeightFileTruncated, $"The zip directory of {name} is missing or damaged, as after an interrupted copy; copy the file again.", name);
}
