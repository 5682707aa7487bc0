using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;

namespace AdClip.Benchmarks;

/// <summary>What comes before and after the encoder.</summary>
internal static class SmallBenchmarks
{
    /// <summary>Decode, resize, normalise; a made-up photograph as PNG, and from memory without decoding.</summary>
    public static void Preprocessing()
    {
        const int Width = 3000;
        const int Height = 2000;
        var image = new PixelImage(Width, Height, Photograph(Width, Height));
        var file = Path.Combine(Path.GetTempPath(), "adclip-benchmarks", "photograph.png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, PngWriter.Encode(image.Rgb, Width, Height, PngPixels.Rgb));
        var measured = Rounds.Interleave(
            5,
            new Candidate("resize and normalise", () => Vision.Imaging.Preprocessing.ToTensor(image, 518, Vision.Imaging.PixelScale.Clip)),
            new Candidate("decode PNG, resize and normalise", () => Vision.Imaging.Preprocessing.LoadTensor(file, 518, Vision.Imaging.PixelScale.Clip)));
        Console.WriteLine("| step (6 megapixels to 518) | ms CPU per megapixel |\n|---|---|");
        foreach (var step in measured)
        {
            Console.WriteLine($"| {step.Name} | {step.CpuSeconds * 1000 / (Width * Height / 1e6):F1} |");
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

    private static byte[] Photograph(int width, int height)
    {
        var random = new Random(2);
        var rgb = new byte[3 * width * height];
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)(127 + (80 * Math.Sin(i / 3 % width * 0.01)) + random.Next(20));
        }
        return rgb;
    }
}
