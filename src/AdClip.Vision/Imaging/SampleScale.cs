namespace AdClip.Vision.Imaging;

/// <summary>How samples of more than 8 bits become 8.</summary>
/// <remarks>
/// A 16-bit container whose largest sample fits 10, 12 or 14 bits comes from a camera of that depth: the smallest depth
/// of 10, 12, 14, 16 that holds the largest sample is taken as full scale, so that a 12-bit picture is not almost black.
/// Every sample v becomes floor((v * 255 + full / 2) / full) with full = 2^bits - 1; for 16 bits this is v / 257 rounded.
/// People and model see the same 8 bits.
/// </remarks>
public static class SampleScale
{
    private static readonly byte[]?[] Tables = new byte[]?[17];

    /// <summary>The depth that a largest sample tells: 10, 12, 14 or 16; 8 too where <paramref name="allow8"/> (masks of small class numbers).</summary>
    public static int SignificantBits(int largestSample, bool allow8 = false) => largestSample switch
    {
        < 256 when allow8 => 8,
        < 1024 => 10,
        < 4096 => 12,
        < 16384 => 14,
        _ => 16,
    };

    /// <summary>One sample of <paramref name="bits"/> bits as 8 bits.</summary>
    public static byte ToByte(int sample, int bits)
    {
        var full = (1 << bits) - 1;
        return (byte)Math.Min(255, ((long)sample * 255 + full / 2) / full);
    }

    /// <summary>Every 16-bit sample as 8 bits; made once for each depth, to be read only.</summary>
    internal static byte[] Table(int bits) => Tables[bits] ??= MakeTable(bits);

    private static byte[] MakeTable(int bits)
    {
        var table = new byte[65536];
        for (var sample = 0; sample < table.Length; sample++)
        {
            table[sample] = ToByte(sample, bits);
        }
        return table;
    }
}
