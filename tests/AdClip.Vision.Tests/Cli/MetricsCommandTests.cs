using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tests.Metrics;

namespace AdClip.Vision.Tests.Cli;

public sealed class MetricsCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-metrics-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Metrics_GoldenScores_SameNumbers()
    {
        var golden = new MetricsGolden("image-level");
        var wanted = golden.Cases.Single(one => one.GetProperty("name").GetString() == "ties");
        var rows = golden.Bytes("ties.labels")
            .Zip(golden.Doubles("ties.scores"), (label, score) => string.Create(CultureInfo.InvariantCulture, $"{label},{score:R}"));
        var csv = Path.Combine(_folder, "scores.csv");
        await File.WriteAllLinesAsync(csv, rows.Prepend("label,score"), TestContext.Current.CancellationToken);

        var json = await RunAsync("--scores", csv);

        Assert.Equal(wanted.GetProperty("roc_auc").GetDouble(), json.GetProperty("auroc").GetDouble(), 12);
        Assert.Equal(wanted.GetProperty("average_precision").GetDouble(), json.GetProperty("average_precision").GetDouble(), 12);
        Assert.Equal(wanted.GetProperty("f1_max").GetDouble(), json.GetProperty("f1_max").GetDouble(), 12);
        Assert.Equal(wanted.GetProperty("f1_max_threshold").GetDouble(), json.GetProperty("f1_max_threshold").GetDouble());
        var ends = json.GetProperty("intervals_95").GetProperty("auroc").EnumerateArray().Select(end => end.GetDouble()).ToList();
        Assert.InRange(json.GetProperty("auroc").GetDouble(), ends[0], ends[1]);
        Assert.InRange(json.GetProperty("f1_held_out").GetDouble(), 0.01, 1);
        Assert.InRange(json.GetProperty("brier").GetDouble(), 0, 0.3);
    }

    [Theory]
    [InlineData(0, "none of the 6 samples is anomalous")]
    [InlineData(1, "none of the 6 samples is good")]
    public async Task Metrics_ScoresOfOneTruth_NoBestF1AndWhy(int label, string why)
    {
        var csv = Path.Combine(_folder, "scores.csv");
        await File.WriteAllLinesAsync(
            csv, Enumerable.Range(0, 6).Select(i => $"{label},0.{i}").Prepend("label,score"), TestContext.Current.CancellationToken);

        var json = await RunAsync("--scores", csv);

        foreach (var name in new[] { "f1_max", "f1_max_threshold", "precision", "recall", "f1_held_out" })
        {
            Assert.Equal(JsonValueKind.Null, json.GetProperty(name).ValueKind);
        }
        Assert.Equal(JsonValueKind.Null, json.GetProperty("intervals_95").GetProperty("f1_max").ValueKind);
        Assert.Contains(why, json.GetProperty("no_best_f1").GetString(), StringComparison.Ordinal);
        // What is left to choose by: with good samples alone none of them is rejected.
        double? wanted = label == 0 ? Math.BitIncrement(0.5) : null;
        double? found = json.GetProperty("false_rejects_threshold") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
        Assert.Equal(wanted, found);
    }

    [Fact]
    public async Task Metrics_MapsWithoutDefect_NoBestF1AndWhy()
    {
        var (masks, maps) = (Directory.CreateDirectory(Path.Combine(_folder, "masks")).FullName,
            Directory.CreateDirectory(Path.Combine(_folder, "maps")).FullName);
        for (var i = 0; i < 2; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(masks, $"{i}.png"), PngWriter.Encode(new byte[4], 2, 2, PngPixels.Grey),
                TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(maps, $"{i}.npy"), Npy([0.1f, 0.2f, 0.3f, 0.4f], 2, 2), TestContext.Current.CancellationToken);
        }

        var json = await RunAsync("--masks", masks, "--maps", maps);

        Assert.Equal(JsonValueKind.Null, json.GetProperty("pixel_f1_max").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("pixel_f1_max_threshold").ValueKind);
        Assert.Contains("none of the 8 pixels is anomalous", json.GetProperty("no_best_f1").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_GoldenMaps_SameNumbers()
    {
        var golden = new MetricsGolden("pixel-level");
        var wanted = golden.Cases.Single(one => one.GetProperty("name").GetString() == "main");
        var (masks, maps) =
            (Directory.CreateDirectory(Path.Combine(_folder, "masks")).FullName, Directory.CreateDirectory(Path.Combine(_folder, "maps")).FullName);
        var (mask, map) = (golden.Bytes("main.masks"), golden.Halves("main.maps"));
        for (var i = 0; i < 12; i++)
        {
            var pixels = mask[(i * 128 * 128)..((i + 1) * 128 * 128)];
            await File.WriteAllBytesAsync(
                Path.Combine(masks, $"{i:00}.png"),
                PngWriter.Encode([.. pixels.Select(pixel => pixel == 0 ? (byte)0 : (byte)255)], 128, 128, PngPixels.Grey),
                TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(
                Path.Combine(maps, $"{i:00}.npy"), Npy(map[(i * 128 * 128)..((i + 1) * 128 * 128)], 128, 128), TestContext.Current.CancellationToken);
        }

        var json = await RunAsync("--masks", masks, "--maps", maps);

        Assert.Equal(wanted.GetProperty("pixel_auroc").GetDouble(), json.GetProperty("pixel_auroc").GetDouble(), 9);
        Assert.Equal(wanted.GetProperty("pixel_average_precision").GetDouble(), json.GetProperty("pixel_average_precision").GetDouble(), 9);
        Assert.Equal(wanted.GetProperty("aupro_0.3").GetDouble(), json.GetProperty("aupro_0.3_200_steps").GetDouble(), 6);
        Assert.True(json.GetProperty("is_exact").GetBoolean());
        Assert.InRange(json.GetProperty("pixel_f1_held_out").GetDouble(), 0.01, json.GetProperty("pixel_f1_max").GetDouble());
        Assert.InRange(json.GetProperty("region_recall_held_out").GetDouble(), 0.01, 1);
        Assert.InRange(json.GetProperty("box_map_50").GetDouble(), json.GetProperty("box_map_50_95").GetDouble(), 1);
    }

    [Fact]
    public async Task Metrics_WrongInput_OneReasonAndExitCode()
    {
        var csv = Path.Combine(_folder, "scores.csv");
        await File.WriteAllTextAsync(csv, "label,score\n1,0.5\nbad,0.1\n", TestContext.Current.CancellationToken);

        var refused = await AdClipProcess.RunAsync(_folder, "metrics", "--scores", csv);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("line 3", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await AdClipProcess.RunAsync(_folder, "metrics", "--masks", _folder)).ExitCode);
        Assert.Equal(2, (await AdClipProcess.RunAsync(_folder, "metrics")).ExitCode);
    }

    private async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var file = Path.Combine(_folder, "out.json");
        var outcome = await AdClipProcess.RunAsync(_folder, ["metrics", .. arguments, "--json", file]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).RootElement;
    }

    private static byte[] Npy(float[] values, int height, int width)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({height}, {width}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes(values.AsSpan())];
    }
}
