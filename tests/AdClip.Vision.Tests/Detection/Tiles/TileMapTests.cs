using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Vision.Tests.Detection.Tiles;

public sealed class TileMapTests
{
    private const int Grid = 14;
    private const double Sigma = 0.5;

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.6)]
    public void Merge_EqualTiles_ConstantMap(double overlap)
    {
        var plan = TilePlan.For(1000, 730, 224, overlap);

        var map = TileMap.Merge(plan, Patches(plan, (_, _) => 0.37), Grid, Sigma);

        Assert.Equal((250, 182), (map.Width, map.Height));
        Assert.All(map.Values, value => Assert.Equal(0.37, value, 1e-5));
    }

    [Fact]
    public void Merge_Ramp_NoStepAtASeam()
    {
        var plan = TilePlan.For(1000, 1000, 224);

        var map = TileMap.Merge(plan, Patches(plan, (x, y) => (x + (2 * y)) / 3000), Grid, Sigma);

        // Patch centres are half a patch from a tile's edge, so the ramp is exact but near the image's edge.
        for (var y = 0; y < map.Height; y++)
        {
            for (var x = 0; x < map.Width; x++)
            {
                var (storedX, storedY) = ((x + 0.5) * 1000 / map.Width, (y + 0.5) * 1000 / map.Height);
                var margin = Math.Min(Math.Min(storedX, storedY), Math.Min(1000 - storedX, 1000 - storedY));
                if (margin > 50)
                {
                    Assert.Equal((storedX + (2 * storedY)) / 3000, map.Values[(y * map.Width) + x], 6e-4);
                }
                if (x > 0)
                {
                    Assert.InRange(map.Values[(y * map.Width) + x] - map.Values[(y * map.Width) + x - 1], -1e-5f, 3 * 4f / 3000);
                }
            }
        }
    }

    [Fact]
    public void Merge_TilesThatDiffer_FadeWithoutAStep()
    {
        var plan = TilePlan.For(1000, 224, 224);
        float[][] patches = [.. Enumerable.Range(0, plan.Count).Select(tile => Enumerable.Repeat(tile % 2 == 0 ? 0f : 1f, Grid * Grid).ToArray())];

        var row = TileMap.Merge(plan, patches, Grid, Sigma).Values.AsSpan(0, 250).ToArray();

        // A hard seam would step by 1; over an overlap of 56 pixels, or 14 cells, a raised cosine rises by pi / 28 at most.
        Assert.InRange(row.Zip(row.Skip(1), (a, b) => Math.Abs(b - a)).Max(), 0.05, Math.PI / 28);
        Assert.InRange(row.Max(), 0.999, 1.00001);
        Assert.InRange(row.Min(), -1e-6, 0.001);
    }

    [Fact]
    public void Merge_ShiftedImage_ShiftedMap()
    {
        var plan = TilePlan.For(1000, 1000, 224);
        float[] Blob(double shift) => TileMap.Merge(
            plan, Patches(plan, (x, y) => Math.Exp(-(Math.Pow(x - 430 - shift, 2) + Math.Pow(y - 390, 2)) / 3200)), Grid, Sigma).Values;

        var (there, shifted) = (Blob(0), Blob(40));

        // 40 pixels are 10 cells; they do not fit the patches' raster of 16, so equal up to the interpolation between patches.
        for (var y = 0; y < 250; y++)
        {
            for (var x = 0; x < 240; x++)
            {
                Assert.Equal(there[(y * 250) + x], shifted[(y * 250) + x + 10], 0.03f);
            }
        }
    }

    [Fact]
    public void Merge_SmallImage_AsAStepByStepComputation()
    {
        var plan = TilePlan.For(64, 40, 24, 0.5);
        var random = new Random(3);
        float[][] patches = [.. Enumerable.Range(0, plan.Count).Select(_ => Enumerable.Range(0, 9).Select(_ => random.NextSingle()).ToArray())];

        var map = TileMap.Merge(plan, patches, 3, sigmaPatches: 0.6);

        var plain = new double[map.Width * map.Height];
        for (var y = 0; y < map.Height; y++)
        {
            for (var x = 0; x < map.Width; x++)
            {
                var (sum, weights) = (0.0, 0.0);
                for (var tile = 0; tile < plan.Count; tile++)
                {
                    var (u, v) = (((x + 0.5) * 64 / map.Width) - plan[tile].Left, ((y + 0.5) * 40 / map.Height) - plan[tile].Top);
                    if (u < 0 || v < 0 || u >= 24 || v >= 24)
                    {
                        continue;
                    }
                    var weight = Fade(u, plan.Lefts, plan[tile].Left) * Fade(v, plan.Tops, plan[tile].Top);
                    sum += weight * Bilinear(patches[tile], (u / 8) - 0.5, (v / 8) - 0.5);
                    weights += weight;
                }
                plain[(y * map.Width) + x] = sum / weights;
            }
        }
        var expected = SmoothSlowly(plain, map.Width, map.Height, 0.6 * 8 * map.Width / 64, 0.6 * 8 * map.Height / 40);
        Assert.Equal(expected.Length, map.Values.Length);
        Assert.All(expected.Zip(map.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        double Fade(double at, IReadOnlyList<int> starts, int start)
        {
            var place = starts.ToList().IndexOf(start);
            var weight = 1.0;
            if (place > 0 && at < starts[place - 1] + 24 - start)
            {
                weight *= Math.Pow(Math.Sin(Math.PI / 2 * at / (starts[place - 1] + 24 - start)), 2);
            }
            if (place + 1 < starts.Count && 24 - at < start + 24 - starts[place + 1])
            {
                weight *= Math.Pow(Math.Sin(Math.PI / 2 * (24 - at) / (start + 24 - starts[place + 1])), 2);
            }
            return weight;
        }
    }

    [Fact]
    public void Size_GiantImage_Bounded()
    {
        var (width, height) = TileMap.Size(TilePlan.For(20_000, 5_000, 112), Grid);

        Assert.InRange(width * height, TileMap.MostCells / 2, TileMap.MostCells);
        Assert.Equal(4.0, (double)width / height, 2e-3);
    }

    private static double Bilinear(float[] patches, double x, double y)
    {
        (x, y) = (Math.Clamp(x, 0, 2), Math.Clamp(y, 0, 2));
        var (left, top) = (Math.Min((int)x, 1), Math.Min((int)y, 1));
        double At(int column, int row) => patches[(row * 3) + column];
        var upper = At(left, top) + ((At(left + 1, top) - At(left, top)) * (x - left));
        var lower = At(left, top + 1) + ((At(left + 1, top + 1) - At(left, top + 1)) * (x - left));
        return upper + ((lower - upper) * (y - top));
    }

    private static double[] SmoothSlowly(double[] map, int width, int height, double sigmaX, double sigmaY)
    {
        var smooth = new double[map.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sum, weights) = (0.0, 0.0);
                for (var dy = -(int)((4 * sigmaY) + 0.5); dy <= (int)((4 * sigmaY) + 0.5); dy++)
                {
                    for (var dx = -(int)((4 * sigmaX) + 0.5); dx <= (int)((4 * sigmaX) + 0.5); dx++)
                    {
                        var weight = Math.Exp((-dx * dx / (2 * sigmaX * sigmaX)) - (dy * dy / (2 * sigmaY * sigmaY)));
                        sum += weight * map[(Reflect(y + dy, height) * width) + Reflect(x + dx, width)];
                        weights += weight;
                    }
                }
                smooth[(y * width) + x] = sum / weights;
            }
        }
        return smooth;

        static int Reflect(int i, int length) => i < 0 ? -1 - i : i >= length ? (2 * length) - 1 - i : i;
    }

    private static float[][] Patches(TilePlan plan, Func<double, double, double> value)
        => [.. Enumerable.Range(0, plan.Count).Select(index => Enumerable.Range(0, Grid * Grid)
            .Select(patch => (float)value(
                plan[index].Left + (((patch % Grid) + 0.5) * plan.TileWidth / Grid),
                plan[index].Top + (((patch / Grid) + 0.5) * plan.TileHeight / Grid)))
            .ToArray())];
}
