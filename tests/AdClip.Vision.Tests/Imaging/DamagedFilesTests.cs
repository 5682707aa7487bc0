using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

/// <summary>Files altered or cut at random: they are read or refused, and nothing else ever happens.</summary>
public sealed class DamagedFilesTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"adclip-damaged-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("animated.gif")]
    [InlineData("animated.webp")]
    [InlineData("lossless_alpha.webp")]
    [InlineData("palette8.bmp")]
    [InlineData("rgb24.bmp")]
    [InlineData("single_lzw.tif")]
    [InlineData("gray16.tif")]
    [InlineData("float32.tif")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("exif_gps.jpg")]
    [InlineData("palette.png")]
    public void Render_RandomDamage_ReadOrRefused(string name)
    {
        var whole = File.ReadAllBytes(SharedFolder.Require($"data/awkward/{name}"));
        var random = new Random(name.Length);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])whole.Clone();
            // Half of the damage goes where headers are.
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                bytes[random.Next(round % 2 == 0 ? Math.Min(bytes.Length, 400) : bytes.Length)] = (byte)random.Next(256);
            }
            File.WriteAllBytes(_path, round % 5 == 4 ? bytes[..random.Next(1, bytes.Length)] : bytes);

            var outcome = Record.Exception(() => Thumbnails.Render(_path, 64));

            Assert.True(outcome is null or RefusedInputException, $"round {round}: {outcome}");
        }
    }

    [Theory]
    [InlineData("animated.gif")]
    [InlineData("lossless_alpha.webp")]
    [InlineData("rgb24.bmp")]
    [InlineData("single_lzw.tif")]
    [InlineData("progressive.jpg")]
    [InlineData("palette.png")]
    public void Render_CutAtThreeQuarters_Refused(string name)
    {
        var whole = File.ReadAllBytes(SharedFolder.Require($"data/awkward/{name}"));
        File.WriteAllBytes(_path, whole[..(whole.Length * (name == "animated.gif" ? 1 : 3) / 4)]);

        Assert.Throws<RefusedInputException>(() => Thumbnails.Render(_path, 64));
    }

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("ADCLIP_DAMAGE_ROUNDS"), out var rounds) ? rounds : 12;
}
