using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class Crc32Tests
{
    [Fact]
    public void Update_CheckString_PublishedValue() =>
        Assert.Equal(0xCBF43926, Crc32.Finish(Crc32.Update(Crc32.Seed, "123456789"u8)));

    [Fact]
    public void Update_AnyLengthAndPlace_SameAsBitByBit()
    {
        var random = new Random(7);
        var data = new byte[700];
        random.NextBytes(data);
        for (var length = 0; length <= data.Length - 16; length++)
        {
            var part = data.AsSpan(random.Next(16), length);
            var before = (uint)random.NextInt64(1L << 32);
            var wanted = BitByBit(before, part);
            Assert.Equal(wanted, Crc32.Update(before, part));
            Assert.Equal(wanted, Crc32.UpdateByTables(before, part));
        }
    }

    private static uint BitByBit(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }
        return crc;
    }
}
