using System.Buffers.Binary;
using System.Numerics;

namespace AdClip.Vision.Weights;

/// <summary>A checksum over bytes: CRC-32C, for which processors have an instruction. Finds every change of up to 32 bits in a row.</summary>
internal static class CheckedBytes
{
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }
}
