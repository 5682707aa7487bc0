namespace AdClip.Vision.Imaging;

/// <summary>The CRC of PNG chunks (polynomial 0xEDB88320, reflected), eight bytes a step.</summary>
/// <remarks>Source: PNG specification, annex D; slicing by eight after Kounavis and Berry, 2005.</remarks>
internal static class Crc32
{
    /// <summary>The value before the first byte.</summary>
    public const uint Seed = 0xFFFFFFFF;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Goes on over <paramref name="data"/>.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> data)
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
