using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace AdClip.Vision.Detection;

/// <summary>Reads float32 arrays in NumPy's format, versions 1 and 2.</summary>
public static partial class NpyReader
{
    private const int MostHeaderBytes = 1 << 16;

    /// <summary>Reads the values, row-major, and the shape.</summary>
    /// <exception cref="InvalidDataException">Not such a file, another element type or order, or it ends early.</exception>
    public static (float[] Values, int[] Shape) ReadFloat32(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var reader = new BinaryReader(stream, Encoding.ASCII, leaveOpen: true);
            if (!reader.ReadBytes(6).AsSpan().SequenceEqual<byte>([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
            {
                throw new InvalidDataException("Not a .npy file.");
            }
            var major = reader.ReadByte();
            reader.ReadByte();
            var length = major == 1 ? reader.ReadUInt16() : reader.ReadUInt32();
            if (length > MostHeaderBytes)
            {
                throw new InvalidDataException($"A .npy header of {length} bytes.");
            }
            var header = Encoding.ASCII.GetString(reader.ReadBytes((int)length));
            if (!header.Contains("'<f4'", StringComparison.Ordinal) || header.Contains("'fortran_order': True", StringComparison.Ordinal))
            {
                throw new InvalidDataException($"A .npy file of another element type or order: {header.Trim()}");
            }
            int[] shape = [.. ShapeNumber().Matches(Shape().Match(header).Value).Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture))];
            var values = new float[shape.Aggregate(1, (product, axis) => checked(product * axis))];
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            return (values, shape);
        }
        catch (Exception wrong) when (wrong is EndOfStreamException or OverflowException)
        {
            throw new InvalidDataException("The .npy file is damaged.", wrong);
        }
    }

    [GeneratedRegex(@"'shape': \([^)]*\)")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\d+")]
    private static partial Regex ShapeNumber();
}
