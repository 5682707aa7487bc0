using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AdClip.Vision.Detection;

/// <summary>Writes arrays in NumPy's format, version 1.</summary>
public static class NpyWriter
{
    private const int Alignment = 64;

    /// <summary>Writes a float32 array, row-major.</summary>
    public static void Write(string path, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        using var stream = File.Create(path);
        Write(stream, values, shape);
    }

    /// <summary>Writes a float32 array, row-major; the stream stays open.</summary>
    public static void Write(Stream stream, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var axes = string.Concat(shape.ToArray().Select(length => string.Create(CultureInfo.InvariantCulture, $"{length}, ")));
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({axes.TrimEnd()}), }}";
        const int Prefix = 10;
        var padded = header.PadRight(((Prefix + header.Length + Alignment) / Alignment * Alignment) - Prefix - 1) + "\n";
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)padded.Length, (byte)(padded.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(padded));
        stream.Write(MemoryMarshal.AsBytes(values));
    }
}
