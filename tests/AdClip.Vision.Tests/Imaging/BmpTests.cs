using System.Buffers.Binary;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class BmpTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"adclip-bmp-{Guid.NewGuid():N}.bmp");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Decode_TopDown24_RowsInOrder()
    {
        Write(24, 0, 2, -2, [], [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]);

        Assert.Equal([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10], ImageDecoder.Decode(_path).Rgb);
    }

    [Fact]
    public void Decode_BottomUpOneBit_PaletteExpanded()
    {
        Write(1, 0, 3, 2, [0, 0, 255, 0, 255, 255, 255, 0], [0b0110_0000, 0, 0, 0, 0b1000_0000, 0, 0, 0]);

        var image = ImageDecoder.Decode(_path);

        Assert.True(image.Indexed);
        Assert.Equal([255, 255, 255, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255], image.Rgb);
    }

    [Theory]
    [InlineData(5, 7, false)]
    [InlineData(23, 150, true)]
    [InlineData(22, 150, false)]
    [InlineData(1000, 70, true)]
    [InlineData(7000, 11, true)]
    public void Decode_MoreRowsThanAStrip_EveryPixelInItsPlace(int width, int height, bool bottomUp)
    {
        var stride = (width * 3 + 3) / 4 * 4;
        var pixels = new byte[height * stride];
        new Random(width).NextBytes(pixels);
        Write(24, 0, width, bottomUp ? height : -height, [], pixels);

        var rgb = ImageDecoder.Decode(_path).Rgb;

        for (var i = 0; i < rgb.Length; i++)
        {
            var (y, x, channel) = (i / 3 / width, i / 3 % width, i % 3);
            Assert.Equal(pixels[(bottomUp ? height - 1 - y : y) * stride + x * 3 + (2 - channel)], rgb[i]);
        }
    }

    [Fact]
    public void Decode_Fields565_FullRange()
    {
        byte[] masks = [0, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0];
        Write(16, 3, 2, -2, masks, [0x1F, 0, 0xE0, 0x07, 0, 0xF8, 0, 0]);

        Assert.Equal([0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0], ImageDecoder.Decode(_path).Rgb);
    }

    [Fact]
    public void Decode_ThirtyTwoBits_FourthChannelIgnored()
    {
        Write(32, 0, 2, -2, [], [10, 20, 30, 0, 1, 2, 3, 255, 4, 5, 6, 7, 8, 9, 10, 11]);

        Assert.Equal([30, 20, 10, 3, 2, 1, 6, 5, 4, 10, 9, 8], ImageDecoder.Decode(_path).Rgb);
    }

    [Fact]
    public void Identify_RunLengthEncoded_RefusedNamingIt()
    {
        Write(8, 1, 4, 4, new byte[1024], new byte[16]);

        Assert.Equal(RefusalCode.UnsupportedPixelFormat, Assert.Throws<RefusedInputException>(() => ImageDecoder.Identify(_path)).Code);
    }

    [Theory]
    [InlineData(0x7FFFFFFF, 0x7FFFFFFF)]
    [InlineData(100, int.MinValue)]
    public void Identify_HugeSize_RefusedBeforeAnythingIsAllocated(int width, int height)
    {
        Write(24, 0, width, height, [], []);

        Assert.Equal(RefusalCode.ImageTooLarge, Assert.Throws<RefusedInputException>(() => ImageDecoder.Identify(_path)).Code);
    }

    private void Write(short bits, int compression, int width, int height, byte[] paletteOrMasks, byte[] pixels)
    {
        var bytes = new byte[54 + paletteOrMasks.Length + pixels.Length];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), 54 + paletteOrMasks.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), bits);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(30), compression);
        paletteOrMasks.CopyTo(bytes, 54);
        pixels.CopyTo(bytes, 54 + paletteOrMasks.Length);
        File.WriteAllBytes(_path, bytes);
    }
}
