using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Detection.Tiles;

/// <summary>A made-up surface of any size: cast metal with soft stains, pores and grain; every crop of it looks alike, none repeats.</summary>
internal static class CastSurface
{
    /// <summary>A dark pit with a bright rim, as a dent shows under side light: this many pixels across, its box at (Left, Top).</summary>
    internal readonly record struct Pit(int Left, int Top, int Size);

    /// <summary>Writes a part of the surface that <paramref name="seed"/> names, row by row.</summary>
    public static void Write(string path, int width, int height, uint seed, Pit? pit = null)
    {
        using var stream = File.Create(path);
        using var png = new PngWriter(stream, width, height, PngPixels.Rgb);
        const int Strip = 100;
        for (var top = 0; top < height; top += Strip)
        {
            var rows = Math.Min(Strip, height - top);
            var rgb = new byte[rows * width * 3];
            Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = 2 }, row =>
            {
                for (var x = 0; x < width; x++)
                {
                    var level = Level(x, top + row, seed);
                    if (pit is { } hole)
                    {
                        level += Depth(hole, x, top + row);
                    }
                    var at = ((row * width) + x) * 3;
                    rgb[at] = Byte(level + 3);
                    rgb[at + 1] = Byte(level);
                    rgb[at + 2] = Byte(level - 5);
                }
            });
            png.Write(rgb);
        }
    }

    private static float Level(int x, int y, uint seed)
        => 128
            + (22 * Noise(x, y, 310, seed)) + (14 * Noise(x, y, 47, seed + 1)) + (13 * Noise(x, y, 11, seed + 2))
            + (8 * Noise(x, y, 3, seed + 3)) + (5 * ((Hash(x, y, seed + 4) / 2147483648f) - 1));

    private static float Depth(Pit pit, int x, int y)
    {
        var radius = pit.Size / 2f;
        var (dx, dy) = (x + 0.5f - pit.Left - radius, y + 0.5f - pit.Top - radius);
        var r = MathF.Sqrt((dx * dx) + (dy * dy)) / radius;
        return r < 0.75f ? -85 : r < 1 ? 45 : 0;
    }

    // Values at the corners of squares, smoothly in between: -1 to 1.
    private static float Noise(int x, int y, int square, uint seed)
    {
        var (column, row) = (x / square, y / square);
        var (u, v) = (Smooth((x % square) / (float)square), Smooth((y % square) / (float)square));
        var upper = Mix(Corner(column, row, seed), Corner(column + 1, row, seed), u);
        var lower = Mix(Corner(column, row + 1, seed), Corner(column + 1, row + 1, seed), u);
        return Mix(upper, lower, v);
    }

    private static float Corner(int column, int row, uint seed) => (Hash(column, row, seed) / 2147483648f) - 1;

    private static float Mix(float a, float b, float share) => a + ((b - a) * share);

    private static float Smooth(float t) => t * t * (3 - (2 * t));

    private static byte Byte(float level) => (byte)Math.Clamp(level, 0, 255);

    private static uint Hash(int x, int y, uint seed)
    {
        unchecked
        {
            var h = ((uint)x * 0x9E3779B1) ^ ((uint)y * 0x85EBCA77) ^ (seed * 0xC2B2AE3D);
            h = (h ^ (h >> 15)) * 0x2C1B3C6D;
            h = (h ^ (h >> 12)) * 0x297A2D39;
            return h ^ (h >> 15);
        }
    }
}
