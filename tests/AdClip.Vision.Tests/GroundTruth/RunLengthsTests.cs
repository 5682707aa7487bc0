using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Tests.GroundTruth;

public sealed class RunLengthsTests
{
    private sealed record Vector(string[]? Rows, long[] Runs, string Counts);

    [Fact]
    public void EncodeAndDecode_SharedVectors_AsTheCocoApi()
    {
        var path = Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets", "contracts", "runLengths.json");
        var vectors = JsonSerializer.Deserialize<Vector[]>(File.ReadAllText(path), JsonSerializerOptions.Web)!;
        Assert.True(vectors.Length >= 6);
        foreach (var vector in vectors)
        {
            Assert.Equal(vector.Counts, RunLengths.EncodeCounts(vector.Runs));
            Assert.Equal(vector.Runs, RunLengths.DecodeCounts(vector.Counts));
            if (vector.Rows is { } rows)
            {
                var mask = MaskOf(rows);
                Assert.Equal(vector.Counts, RunLengths.Encode(mask));
                Assert.Equal(mask, RunLengths.Decode(vector.Counts, mask.Width, mask.Height));
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 3)]
    [InlineData(256, 256)]
    [InlineData(257, 300)]
    [InlineData(600, 513)]
    public void Encode_RandomPixels_DecodesToTheSame(int width, int height)
    {
        var random = new Random(width * 1000 + height);
        foreach (var density in new[] { 0.0, 0.001, 0.5, 1.0 })
        {
            var pixels = new byte[width * height];
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = random.NextDouble() < density ? (byte)1 : (byte)0;
            }
            var mask = Mask.FromRowMajor(width, height, pixels);

            var decoded = RunLengths.Decode(RunLengths.Encode(mask), width, height);

            Assert.Equal(mask, decoded);
            Assert.Equal(SlowColumnMajorRuns(pixels, width, height), RunLengths.CountsOf(mask));
        }
    }

    [Theory]
    [InlineData("4210", RefusalCode.RunLengthsWrongTotal)] // the last run is missing
    [InlineData("", RefusalCode.RunLengthsWrongTotal)]
    [InlineData("42102Q", RefusalCode.RunLengthsDamaged)] // "more follows", then nothing
    [InlineData("42 102", RefusalCode.RunLengthsDamaged)]
    [InlineData("O", RefusalCode.RunLengthsDamaged)] // a negative run
    [InlineData("oooooooooooooooo", RefusalCode.RunLengthsDamaged)]
    public void Decode_Damaged_IsRefused(string counts, RefusalCode code)
    {
        var refused = Assert.Throws<RefusedInputException>(() => RunLengths.Decode(counts, 4, 3));
        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public void Decode_RunsThatOverflow_AreRefused()
    {
        var counts = RunLengths.EncodeCounts([1L << 58, 1L << 58, 1L << 58, 3]);
        Assert.Equal(
            RefusalCode.RunLengthsWrongTotal,
            Assert.Throws<RefusedInputException>(() => RunLengths.Decode(counts, 4, 3)).Code);
    }

    private static Mask MaskOf(string[] rows) =>
        Mask.FromRowMajor(rows[0].Length, rows.Length, [.. rows.SelectMany(row => row.Select(cell => (byte)(cell - '0')))]);

    private static List<long> SlowColumnMajorRuns(byte[] pixels, int width, int height)
    {
        List<long> runs = [0];
        byte current = 0;
        for (var x = 0; x < width; x++)
        {
            for (var y = 0; y < height; y++)
            {
                if (pixels[y * width + x] != current)
                {
                    current ^= 1;
                    runs.Add(0);
                }
                runs[^1]++;
            }
        }
        return runs;
    }
}
