using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Tests.Detection.Tiles;

namespace AdClip.Vision.Tests.Cli;

/// <summary>A hundred megapixels on the command line: minutes of work, so run on demand.</summary>
public sealed class GiantImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-giant").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Explicit = true)]
    public async Task Predict_HundredMegapixelsInTiles_PitIsTheMaximumInBoundedMemory()
    {
        var model = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var (good, output) = (Directory.CreateDirectory(Path.Combine(_folder, "good")).FullName, Path.Combine(_folder, "out"));
        for (var i = 1; i <= 10; i++)
        {
            CastSurface.Write(Path.Combine(good, $"{i}.png"), 1000, 1000, (uint)i * 100);
        }
        CastSurface.Write(Path.Combine(_folder, "giant.png"), 10_000, 10_000, seed: 7000, new CastSurface.Pit(6213, 3871, 12));

        var outcome = await AdClipProcess.RunAsync(
            _folder, "predict", "--model", model, "--reference", good, "--images", Path.Combine(_folder, "giant.png"), "--tile-size", "224", "--out", output);

        Assert.Equal("", outcome.Errors);
        Assert.Equal(0, outcome.ExitCode);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        var image = results.RootElement.GetProperty("images")[0];
        await using var file = File.OpenRead(Path.Combine(output, "giant.map.npy"));
        var (map, shape) = NpyReader.ReadFloat32(file);
        int Field(string name) => image.GetProperty(name).GetInt32();
        Assert.Equal([10_000, 10_000, shape[1], shape[0]], [Field("width"), Field("height"), Field("mapWidth"), Field("mapHeight")]);
        var peak = Array.IndexOf(map, map.Max());
        var (x, y) = (((peak % shape[1]) + 0.5) * 10_000 / shape[1], ((peak / shape[1]) + 0.5) * 10_000 / shape[0]);
        var elsewhere = map.Where((_, i) => Math.Abs((((i % shape[1]) + 0.5) * 10_000 / shape[1]) - 6219) > 60
            || Math.Abs((((i / shape[1]) + 0.5) * 10_000 / shape[0]) - 3877) > 60).Max();
        TestContext.Current.SendDiagnosticMessage(
            $"maximum {map[peak]:F4} at ({x:F0}, {y:F0}); elsewhere at most {elsewhere:F4}; peak memory {outcome.PeakBytes >> 20} MiB");
        Assert.InRange(x, 6213 - 16, 6225 + 16);
        Assert.InRange(y, 3871 - 16, 3883 + 16);
        Assert.True(map[peak] > 1.5 * elsewhere, $"{map[peak]} at the pit, {elsewhere} elsewhere");
        Assert.InRange(outcome.PeakBytes, OperatingSystem.IsLinux() ? 1 : 0, 1_000_000_000);
    }
}
