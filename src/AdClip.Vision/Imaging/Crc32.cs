using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AdClip.Vision.Imaging;

/// <summary>The CRC of PNG chunks (polynomial 0xEDB88320, reflected).</summary>
/// <remarks>
/// Source: PNG specification, annex D; slicing by eight after Kounavis and Berry, 2005; where the processor multiplies without carry,
/// folding of 64 bytes a step after Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ instruction", Intel, 2009.
/// </remarks>
internal static class Crc32
{
    /// <summary>The value before the first byte.</summary>
    public const uint Seed = 0xFFFFFFFF;

    private const int FoldedBytes = 64;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Goes on over <paramref name="data"/>.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        if (Pclmulqdq.IsSupported && data.Length >= FoldedBytes)
        {
            var whole = data.Length & ~15;
            crc = Fold(crc, data[..whole]);
            data = data[whole..];
        }
        return UpdateByTables(crc, data);
    }

    /// <summary>As <see cref="Update"/>, on any processor.</summary>
    internal static uint UpdateByTables(uint crc, ReadOnlySpan<byte> data)
    {
        var tables = Tables;
        while (data.Length >= 8)
        {
            crc ^= BitConverter.IsLittleEndian
                ? System.Runtime.InteropServices.MemoryMarshal.Read<uint>(data)
                : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = tables[7][crc & 255] ^ tables[6][(crc >> 8) & 255] ^ tables[5][(crc >> 16) & 255] ^ tables[4][crc >> 24]
                ^ tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]] ^ tables[0][data[7]];
            data = data[8..];
        }
        foreach (var value in data)
        {
            crc = tables[0][(crc ^ value) & 255] ^ (crc >> 8);
        }
        return crc;
    }

    /// <summary>The checksum as it is stored.</summary>
    public static uint Finish(uint crc) => ~crc;

    /// <summary>At least <see cref="FoldedBytes"/>, a multiple of 16. The constants are powers of x modulo the polynomial, as the paper lists them.</summary>
    private static uint Fold(uint crc, ReadOnlySpan<byte> data)
    {
        var by64 = Vector128.Create(0x1_5444_2bd4, 0x1_c6e4_1596);
        var by16 = Vector128.Create(0x1_7519_97d0, 0x0_ccaa_009e);
        var a = At(data, 0) ^ Vector128.CreateScalar(crc).AsInt64();
        var (b, c, d) = (At(data, 16), At(data, 32), At(data, 48));
        for (data = data[64..]; data.Length >= 64; data = data[64..])
        {
            a = Onto(a, by64, At(data, 0));
            b = Onto(b, by64, At(data, 16));
            c = Onto(c, by64, At(data, 32));
            d = Onto(d, by64, At(data, 48));
        }
        a = Onto(Onto(Onto(a, by16, b), by16, c), by16, d);
        for (; data.Length >= 16; data = data[16..])
        {
            a = Onto(a, by16, At(data, 0));
        }
        // 128 bits to 64, to 32 and the rest by Barrett's reduction.
        var mask = Vector128.Create(0xFFFF_FFFFL, 0xFFFF_FFFFL);
        a = Pclmulqdq.CarrylessMultiply(a, by16, 0x10) ^ Sse2.ShiftRightLogical128BitLane(a, 8);
        a = Pclmulqdq.CarrylessMultiply(a & mask, Vector128.CreateScalar(0x1_63cd_6124), 0x00) ^ Sse2.ShiftRightLogical128BitLane(a, 4);
        var reduction = Vector128.Create(0x1_db71_0641, 0x1_f701_1641);
        var quotient = Pclmulqdq.CarrylessMultiply(a & mask, reduction, 0x10) & mask;
        return (a ^ Pclmulqdq.CarrylessMultiply(quotient, reduction, 0x00)).AsUInt32()[1];

        static Vector128<long> At(ReadOnlySpan<byte> bytes, int offset) => Vector128.Create(bytes[offset..]).AsInt64();

        static Vector128<long> Onto(Vector128<long> sum, Vector128<long> power, Vector128<long> next) =>
            Pclmulqdq.CarrylessMultiply(sum, power, 0x00) ^ Pclmulqdq.CarrylessMultiply(sum, power, 0x11) ^ next;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var t = 0; t < tables.Length; t++)
        {
            tables[t] = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                if (t == 0)
                {
                    var value = i;
                    for (var bit = 0; bit < 8; bit++)
                    {
                        value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
                    }
                    tables[0][i] = value;
                }
                else
                {
                    var previous = tables[t - 1][i];
                    tables[t][i] = tables[0][previous & 255] ^ (previous >> 8);
                }
            }
        }
        return tables;
    }
}
