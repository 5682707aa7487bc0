using System.Buffers.Binary;
using System.Text;

namespace AdClip.Vision.Weights;

/// <summary>The bytes of one pickle or several in a row; nothing beyond the end is asked for.</summary>
/// <param name="stream">Read from its position on.</param>
/// <param name="end">Position at which the pickles must have ended.</param>
internal sealed class PickleSource(Stream stream, long end)
{
    private const int LongestLine = 1000;

    private readonly byte[] _number = new byte[8];

    public long Position => stream.Position;

    public byte ReadByte()
    {
        var value = stream.Position < end ? stream.ReadByte() : -1;
        return value >= 0 ? (byte)value : throw new EndOfStreamException();
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Fill(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Fill(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Fill(4));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Fill(8));

    public void Skip(int bytes) => Fill(bytes);

    public byte[] ReadBytes(long count)
    {
        // Checked before anything is allocated: a length is four bytes that may say anything.
        if (count > end - stream.Position)
        {
            throw new EndOfStreamException();
        }
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public string ReadText(long bytes) => Encoding.UTF8.GetString(ReadBytes(bytes));

    public string ReadLine()
    {
        var line = new List<byte>();
        for (var value = ReadByte(); value != (byte)'\n'; value = ReadByte())
        {
            line.Add(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(line.Count, LongestLine);
        }
        return Encoding.UTF8.GetString([.. line]);
    }

    private ReadOnlySpan<byte> Fill(int count)
    {
        if (count > end - stream.Position)
        {
            throw new EndOfStreamException();
        }
        var span = _number.AsSpan(0, count);
        stream.ReadExactly(span);
        return span;
    }
}
