using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using NetVips;

namespace AdClip.Benchmarks;

/// <summary>What comes before and after the encoder.</summary>
internal static class SmallBenchmarks
{
    /// <summary>From file to tensor beside libvips' decoding alone; and resizing with and without the processor's own instructions.</summary>
    public static void Preprocessing()
    {
        const int Side = 224;
        var folder = Path.Combine(Path.GetTempPath(), "adclip-benchmarks");
        Directory.CreateDirectory(folder);
        VipsLibrary.Prepare();
        using var detector = DetectionModel.Open(Models.EmbeddedFolder);
        Console.WriteLine("| file, to 224 | decoding alone, ms CPU | to the tensor | ratio | to tokens of adclip-mini |\n|---|---|---|---|---|");
        foreach (var (name, width, height, grey) in new[]
        {
            ("photograph.jpg", 1632, 1224, false), ("grey.jpg", 1632, 1224, true), ("photograph.png", 1632, 1224, false),
            ("small.jpg", 300, 300, false), ("small.png", 300, 300, false), ("small-grey.png", 300, 300, true),
        })
        {
            var file = Path.Combine(folder, name);
            Write(file, Photograph(width, height, grey ? 1 : 3), width, height, grey);
            var repeats = width > 1000 ? 1 : 20;
            var measured = Rounds.Interleave(
                15,
                new Candidate("decode", () => Repeat(repeats, () => DecodeAlone(file))),
                new Candidate("tensor", () => Repeat(repeats, () => Vision.Imaging.Preprocessing.LoadTensor(file, Side, PixelScale.Clip))),
                new Candidate("tokens", () => Repeat(repeats, () => detector.EncodeFile(file))));
            var (alone, all) = (measured[0].CpuSeconds * 1000 / repeats, measured[1].CpuSeconds * 1000 / repeats);
            Console.WriteLine($"| {width} x {height} {name} | {alone:F2} | {all:F2} | {all / alone:F2} | {measured[2].CpuSeconds * 1000 / repeats:F2} |");
        }

        Console.WriteLine("\n| resizing alone, to 224 | 16-bit multiply-adds, ms CPU | what runs everywhere | ratio |\n|---|---|---|---|");
        foreach (var (width, height, channels) in new[] { (1632, 1224, 3), (1632, 1224, 1), (300, 300, 3), (4000, 3000, 3) })
        {
            var pixels = Photograph(width, height, channels);
            var repeats = width > 1000 ? 3 : 40;
            var measured = Rounds.Interleave(
                15,
                new Candidate("fast", () => Repeat(repeats, () => Resize(portable: false))),
                new Candidate("portable", () => Repeat(repeats, () => Resize(portable: true))));
            var (fast, plain) = (measured[0].CpuSeconds * 1000 / repeats, measured[1].CpuSeconds * 1000 / repeats);
            Console.WriteLine($"| {width} x {height} x {channels} | {fast:F2} | {plain:F2} | {fast / plain:F2} |");

            void Resize(bool portable)
            {
                var pass = new Resampler.StreamedPass(width, height, channels, Side, Side, ResampleFilter.Bicubic, portable);
                pass.Take(pixels);
                pass.Finish();
            }
        }
    }

    public static void Tokenizer()
    {
        using var detector = DetectionModel.Open(Models.EmbeddedFolder);
        string[] texts = [.. Enumerable.Range(0, 2000)
            .Select(i => $"a cropped photo of a damaged {(i % 3 == 0 ? "magnetic tile" : "브러시 강판")} number {i}, with scratches & blowholes")];
        detector.RequireWords().Tokenize(texts[0]);
        var measured = Rounds.Interleave(5, new Candidate("tokenizer", () =>
        {
            foreach (var text in texts)
            {
                detector.RequireWords().Tokenize(text);
            }
        }));
        Console.WriteLine($"tokenizer: {texts.Length / measured[0].CpuSeconds:N0} texts/s");
    }

    private static void Repeat(int times, Action act)
    {
        for (var i = 0; i < times; i++)
        {
            act();
        }
    }

    private static void DecodeAlone(string file)
    {
        using var image = file.EndsWith(".jpg", StringComparison.Ordinal)
            ? Image.Jpegload(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error)
            : Image.Pngload(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        NetVips.NetVips.Free(image.WriteToMemory(out _));
    }

    private static void Write(string file, byte[] pixels, int width, int height, bool grey)
    {
        if (file.EndsWith(".png", StringComparison.Ordinal))
        {
            File.WriteAllBytes(file, PngWriter.Encode(pixels, width, height, grey ? PngPixels.Grey : PngPixels.Rgb));
            return;
        }
        using var image = Image.NewFromMemory(pixels, width, height, grey ? 1 : 3, Enums.BandFormat.Uchar);
        image.Jpegsave(file, q: 90);
    }

    private static byte[] Photograph(int width, int height, int channels)
    {
        var random = new Random(2);
        var pixels = new byte[channels * width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(127 + (80 * Math.Sin(i / channels % width * 0.01)) + random.Next(20));
        }
        return pixels;
    }
}
