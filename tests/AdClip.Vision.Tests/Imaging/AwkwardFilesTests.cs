using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

/// <summary>Every single file of shared/data/awkward: what must be read is read, what must be refused is refused with a reason.</summary>
public sealed class AwkwardFilesTests
{
    [Fact]
    public void Render_EveryAwkwardPicture_MeetsItsExpectation()
    {
        var folder = SharedFolder.Require("data/awkward");
        var files = GoldenFile.Json(Path.Combine(folder, "expected.json")).GetProperty("files").EnumerateArray()
            .Where(file => !Name(file).StartsWith("zips/", StringComparison.Ordinal) && !Name(file).StartsWith("masks/", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var path = Path.Combine(folder, Name(file));
            var outcome = Record.Exception(() =>
            {
                var info = ImageDecoder.Identify(path);
                Assert.Equal((Size(file) ?? (info.Width, info.Height), Frames(file)), ((info.Width, info.Height), info.Frames));
                var thumbnail = Thumbnails.Render(path, 320);
                Assert.InRange(Math.Max(thumbnail.Width, thumbnail.Height), 1, 320);
            });
            var expect = file.GetProperty("expect").GetString();
            Assert.True(outcome is null or RefusedInputException, $"{Name(file)}: {outcome}");
            Assert.True(expect != "accept" || outcome is null, $"{Name(file)} must be read but: {outcome?.Message}");
            Assert.True(expect != "reject" || outcome is not null, $"{Name(file)} must be refused");
        }
    }

    [Theory]
    [InlineData("zero_byte.jpg", RefusalCode.EmptyFile, "empty")]
    [InlineData("truncated.jpg", RefusalCode.DamagedImage, "incomplete")]
    [InlineData("truncated.png", RefusalCode.DamagedImage, "ends too early")]
    [InlineData("bad_crc.png", RefusalCode.DamagedImage, "checksum")]
    [InlineData("header_only.jpg", RefusalCode.DamagedImage, "damaged")]
    [InlineData("declares_0x0.png", RefusalCode.DamagedImage, "0 x 0")]
    [InlineData("declares_60000x60000.png", RefusalCode.ImageTooLarge, "60000 x 60000")]
    [InlineData("declares_65500x65500.jpg", RefusalCode.ImageTooLarge, "120 million")]
    [InlineData("one_pixel.png", RefusalCode.ImageTooSmall, "1 x 1")]
    [InlineData("fake_heic.heic", RefusalCode.UnsupportedImageFormat, "HEIC")]
    [InlineData("script.svg", RefusalCode.UnsupportedImageFormat, "SVG")]
    [InlineData("svg_renamed.png", RefusalCode.UnsupportedImageFormat, "SVG")]
    [InlineData("html_renamed.jpg", RefusalCode.UnsupportedImageFormat, "HTML")]
    [InlineData("text_renamed.png", RefusalCode.UnsupportedImageFormat, "JPEG, PNG, WebP, GIF, TIFF, BMP")]
    public void Decode_UnusableFile_RefusedWithReason(string name, RefusalCode code, string said)
    {
        var path = SharedFolder.Require($"data/awkward/{name}");

        var refusal = Assert.Throws<RefusedInputException>(() => ImageDecoder.Decode(path));

        Assert.Equal(code, refusal.Code);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.Throws<RefusedInputException>(() => Thumbnails.Render(path, 64));
    }

    [Theory]
    [InlineData("interlaced.png", 0)]
    [InlineData("rgb16.png", 1)]
    [InlineData("metadata_script.png", 0)]
    [InlineData("png_trailing_zip.png", 0)]
    [InlineData("exif_orientation_6.jpg", 8)]
    [InlineData("exif_orientation_3.jpg", 8)]
    [InlineData("exif_orientation_2.jpg", 8)]
    [InlineData("progressive.jpg", 8)]
    [InlineData("cmyk.jpg", 8)]
    [InlineData("lossy.webp", 10)]
    public void Decode_VariantOfTheControlPicture_LooksTheSame(string name, double meanDifference)
    {
        var control = ImageDecoder.Decode(SharedFolder.Require("data/awkward/control_rgb.png"));

        var variant = ImageDecoder.Decode(SharedFolder.Require($"data/awkward/{name}"));

        Assert.Equal((control.Width, control.Height), (variant.Width, variant.Height));
        Assert.InRange(MeanDifference(control.Rgb, variant.Rgb), 0, meanDifference);
    }

    [Theory]
    [InlineData("gray16_full_range.png", 16)]
    [InlineData("gray16_12bit_range.png", 12)]
    [InlineData("gray16.tif", 12)]
    public void Decode_SixteenBitGrey_SensibleContrastAndDepth(string name, int bits)
    {
        var path = SharedFolder.Require($"data/awkward/{name}");

        var image = ImageDecoder.Decode(path);

        Assert.Equal(bits, image.SignificantBits);
        Assert.Equal(16, ImageDecoder.Identify(path).BitDepth);
        Assert.InRange(image.Rgb.Max(), 200, 255);
        Assert.InRange(image.Rgb.Average(v => (double)v), 90, 200);
    }

    [Fact]
    public void Decode_FloatTiff_ScaledByItsRange()
    {
        var image = ImageDecoder.Decode(SharedFolder.Require("data/awkward/float32.tif"));

        Assert.Equal(235, image.Rgb.Max());
    }

    [Fact]
    public void Decode_Transparent_BlackWhereClear()
    {
        foreach (var name in (string[])["rgba_transparent.png", "lossless_alpha.webp"])
        {
            var image = ImageDecoder.Decode(SharedFolder.Require($"data/awkward/{name}"));

            Assert.Equal(0, image.Alpha![0]);
            Assert.Equal([0, 0, 0], image.Rgb[..3]);
        }
    }

    [Fact]
    public void Decode_OneBitAndPalette_Expanded()
    {
        var oneBit = ImageDecoder.Decode(SharedFolder.Require("data/awkward/one_bit.png"));
        var palette = ImageDecoder.Decode(SharedFolder.Require("data/awkward/palette.png"));
        var control = ImageDecoder.Decode(SharedFolder.Require("data/awkward/control_rgb.png"));

        Assert.Equal(new byte[] { 0, 255 }, oneBit.Rgb.Distinct().Order());
        Assert.True(oneBit.Indexed && palette.Indexed);
        Assert.InRange(MeanDifference(control.Rgb, palette.Rgb), 0, 12);
    }

    [Fact]
    public void Decode_Bitmaps_SameAsTheLosslessTiff()
    {
        var tiff = ImageDecoder.Decode(SharedFolder.Require("data/awkward/single_lzw.tif"));

        var bmp = ImageDecoder.Decode(SharedFolder.Require("data/awkward/rgb24.bmp"));
        var palette = ImageDecoder.Decode(SharedFolder.Require("data/awkward/palette8.bmp"));

        Assert.Equal((tiff.Width, tiff.Height), (bmp.Width, bmp.Height));
        Assert.InRange(MeanDifference(tiff.Rgb, bmp.Rgb), 0, 4);
        Assert.InRange(MeanDifference(tiff.Rgb, palette.Rgb), 0, 16);
    }

    [Theory]
    [InlineData("animated.gif")]
    [InlineData("animated.png")]
    [InlineData("animated.webp")]
    [InlineData("multipage.tif")]
    public void Identify_SeveralFrames_Counted(string name)
    {
        Assert.Equal(3, ImageDecoder.Identify(SharedFolder.Require($"data/awkward/{name}")).Frames);
    }

    [Fact]
    public void Render_GpsPicture_ThumbnailCarriesNoMetadata()
    {
        var thumbnail = Thumbnails.Render(SharedFolder.Require("data/awkward/exif_gps.jpg"), 320);

        Assert.Equal(-1, thumbnail.WebP.AsSpan().IndexOf("EXIF"u8));
        Assert.Equal(-1, thumbnail.WebP.AsSpan().IndexOf("XMP "u8));
    }

    [Fact]
    public void Render_UniformPictures_ToldAsSuch()
    {
        Assert.True(Thumbnails.Render(SharedFolder.Require("data/awkward/uniform_black.png"), 64) is { Uniform: true, Brightest: 0 });
        Assert.True(Thumbnails.Render(SharedFolder.Require("data/awkward/uniform_white.png"), 64) is { Uniform: true, Darkest: 255 });
        Assert.False(Thumbnails.Render(SharedFolder.Require("data/awkward/control_rgb.png"), 64).Uniform);
    }

    [Fact]
    public void WriteDisplayPng_AwkwardDepthsAndFormats_DecodesToTheSamePixels()
    {
        foreach (var name in (string[])[
            "gray16_12bit_range.png", "cmyk.jpg", "exif_orientation_6.jpg", "palette8.bmp", "rgba_transparent.png", "multipage.tif",
        ])
        {
            var source = SharedFolder.Require($"data/awkward/{name}");
            var copy = Path.Combine(Path.GetTempPath(), $"adclip-display-{Guid.NewGuid():N}.png");
            try
            {
                using (var file = File.Create(copy))
                {
                    Thumbnails.WriteDisplayPng(source, file);
                }
                Assert.Equal(ImageDecoder.Decode(source).Rgb, ImageDecoder.Decode(copy).Rgb);
                Assert.True(ImageDecoder.Identify(copy).ShownByBrowsers);
            }
            finally
            {
                File.Delete(copy);
            }
        }
    }

    [Fact]
    public void LoadTensor_HundredMegapixels_BoundedMemory()
    {
        var path = SharedFolder.Require("data/awkward/large_12000x9000.png");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var tensor = Preprocessing.LoadTensor(path, 224, PixelScale.Clip);

        Assert.Equal(3 * 224 * 224, tensor.Length);
        // A whole decode alone would take 324 MB; strips are fetched one after another and die young.
        // Of this thread alone: other tests run beside it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 320_000_000);
    }

    private static string Name(JsonElement file) => file.GetProperty("file").GetString()!;

    private static (int, int)? Size(JsonElement file) =>
        file.TryGetProperty("size", out var size) ? (size[0].GetInt32(), size[1].GetInt32()) : null;

    private static int Frames(JsonElement file) => file.TryGetProperty("frames", out var frames) ? frames.GetInt32() : 1;

    private static double MeanDifference(byte[] wanted, byte[] got) => wanted.Zip(got, (a, b) => Math.Abs(a - b)).Average();
}
