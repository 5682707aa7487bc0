using System.Buffers.Binary;
using System.Text;
using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class CameraTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-camera-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("Line camera (left)")]
    public void Identify_MakeInExif_IsTheCamera(string? make)
    {
        var plain = Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel", "train", "good"), "*.jpg").First();
        var path = Path.Combine(_folder, "picture.jpg");
        var bytes = File.ReadAllBytes(plain);
        File.WriteAllBytes(path, make is null ? bytes : WithMake(bytes, make));

        Assert.Equal(make, ImageDecoder.Identify(path).Camera);
        Assert.Equal(ImageDecoder.Decode(plain).Rgb, ImageDecoder.Decode(path).Rgb);
    }

    // An APP1 segment with one entry, right after the start of the picture.
    private static byte[] WithMake(byte[] jpeg, string make)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes(make), 0];
        var entry = new byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(entry, 0x010F);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), 2);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), 26);
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, .. entry, 0, 0, 0, 0, .. text];
        var length = exif.Length + 2;
        return [.. jpeg[..2], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. exif, .. jpeg[2..]];
    }
}
