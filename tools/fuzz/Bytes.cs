using System.Buffers.Binary;

namespace AdClip.Fuzz;

/// <summary>Damage that knows no format.</summary>
internal static class Bytes
{
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1 << 24, int.MaxValue, (long)int.MaxValue + 1, uint.MaxValue,
        (long)uint.MaxValue + 1, 1L << 40, 1L << 61, 1L << 62, long.MaxValue, long.MinValue, int.MinValue,
    ];

    /// <summary>A number at which readers go wrong.</summary>
    public static long Number(Random random)
        => random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : Numbers[random.Next(Numbers.Length)] + random.Next(-1, 2);

    public static byte[] Mutate(Random random, byte[] seed)
    {
        var bytes = seed.ToArray();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            bytes = Change(random, bytes);
        }
        return bytes;
    }

    /// <summary>Overwrites 1, 2, 4 or 8 bytes with a number, as far as they are there.</summary>
    public static void Put(byte[] bytes, int at, int size, long number)
    {
        Span<byte> raw = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(raw, number);
        size = Math.Min(size, bytes.Length - at);
        if (at >= 0 && size > 0)
        {
            raw[..size].CopyTo(bytes.AsSpan(at));
        }
    }

    private static byte[] Change(Random random, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }
        var at = Place(random, bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 << random.Next(10));
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2 or 3:
                Put(bytes, at, 1 << random.Next(4), Number(random));
                return bytes;
            case 4:
                return bytes[..at];
            case 5: // take out
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6: // double
                return [.. bytes[..(at + length)], .. bytes[at..]];
            default: // copy over
                bytes.AsSpan(Place(random, bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at, length));
                return bytes;
        }
    }

    // Most structure is at the start and at the end.
    private static int Place(Random random, int length) => random.Next(3) switch
    {
        0 => random.Next(Math.Min(length, 256)),
        1 => length - 1 - random.Next(Math.Min(length, 256)),
        _ => random.Next(length),
    };
}
