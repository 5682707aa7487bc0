using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Imaging;
using AdClip.Vision.Metrics;
using AdClip.Vision.Metrics.Calibration;

namespace AdClip.Cli;

/// <summary><c>adclip metrics</c>: exact image-level or pixel-level numbers from files, as JSON.</summary>
internal static class MetricsCommand
{
    private const double FalseRejectBudget = 0.05;
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    public static Command Create()
    {
        var scores = new Option<FileInfo>("--scores") { Description = "CSV file with the columns label (0 good, 1 anomalous) and score" };
        var masks = new Option<DirectoryInfo>("--masks") { Description = "Folder of masks (.png); needs --maps" };
        var maps = new Option<DirectoryInfo>("--maps") { Description = "Folder of anomaly maps (.npy, float32), one for each mask, of the same name and size" };
        var json = new Option<FileInfo>("--json") { Description = "File to write; by default the standard output" };
        var command = new Command("metrics", "Compute AUROC, AP, F1-max and AUPRO from scores or maps") { scores, masks, maps, json };
        command.Validators.Add(parsed =>
        {
            var isPixel = parsed.GetResult(masks) is not null && parsed.GetResult(maps) is not null;
            if (isPixel == parsed.GetResult(scores) is not null)
            {
                parsed.AddError("Give either --scores, or --masks and --maps.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var numbers = parsed.GetValue(scores) is { } csv
                ? OfScores(csv.FullName, cancel)
                : OfMaps(parsed.GetValue(masks)!.FullName, parsed.GetValue(maps)!.FullName, cancel);
            if (numbers["no_best_f1"] is string reason)
            {
                await Console.Error.WriteLineAsync(reason);
            }
            var text = JsonSerializer.Serialize(numbers, Layout);
            if (parsed.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, text + "\n", cancel);
            }
            else
            {
                Console.WriteLine(text);
            }
            return CommandLine.Done;
        });
        return command;
    }

    private static Dictionary<string, object?> OfScores(string path, CancellationToken cancel)
    {
        List<double> scores = [];
        List<bool> anomalous = [];
        var lines = File.ReadAllLines(path);
        string[] columns = lines.Length == 0 ? [] : [.. lines[0].TrimStart('\uFEFF').Split(',').Select(column => column.Trim())];
        var (labelAt, scoreAt) = (Array.IndexOf(columns, "label"), Array.IndexOf(columns, "score"));
        if (labelAt < 0 || scoreAt < 0)
        {
            throw Unreadable(path, 1, lines.FirstOrDefault("an empty file"));
        }
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0)
            {
                continue;
            }
            var cells = lines[i].Split(',');
            if (cells.Length <= Math.Max(labelAt, scoreAt) || cells[labelAt].Trim() is not ("0" or "1")
                || !double.TryParse(cells[scoreAt], NumberStyles.Float, CultureInfo.InvariantCulture, out var score))
            {
                throw Unreadable(path, i + 1, lines[i]);
            }
            scores.Add(score);
            anomalous.Add(cells[labelAt].Trim() == "1");
        }
        var curve = PrecisionRecallCurve.FromScores([.. scores], [.. anomalous]);
        var intervals = Bootstrap.Intervals(
            scores, anomalous, [sample => sample.AreaUnderRoc, sample => sample.AveragePrecision, sample => sample.BestF1?.Counts.F1], cancel: cancel);
        var canHoldOut = curve is { Positives: >= 2, Negatives: >= 2 };
        var held = !canHoldOut ? null : ThresholdJudgement.Of(
            [.. scores.Select((score, i) => new ScoredSample($"{i}", score, anomalous[i]))], ThresholdRule.LargestF1).HeldOut;
        var calibration = !canHoldOut ? null : CalibrationError.Of(ScoreCalibration.OutOfFold(scores, anomalous), anomalous);
        return new()
        {
            ["samples"] = scores.Count,
            ["positives"] = curve.Positives,
            ["auroc"] = curve.AreaUnderRoc,
            ["average_precision"] = curve.AveragePrecision,
            ["f1_max"] = curve.BestF1?.Counts.F1,
            ["f1_max_threshold"] = curve.BestF1?.Threshold,
            ["no_best_f1"] = NoBestF1.Why(curve.Positives, curve.Negatives, "samples"),
            ["false_rejects_threshold"] = curve.Negatives == 0
                ? null
                : BudgetThreshold.ForFalseRejects([.. scores.Where((_, i) => !anomalous[i])], FalseRejectBudget).Threshold,
            ["precision"] = curve.BestF1?.Counts.Precision,
            ["recall"] = curve.BestF1?.Counts.Recall,
            ["f1_all_positive"] = curve.AllPositiveF1,
            ["f1_held_out"] = held?.Counts.F1,
            ["intervals_95"] = new Dictionary<string, double[]?>
            {
                ["auroc"] = Ends(intervals[0]),
                ["average_precision"] = Ends(intervals[1]),
                ["f1_max"] = Ends(intervals[2]),
            },
            ["calibration_error"] = calibration?.Expected,
            ["brier"] = calibration?.Brier,
        };
    }

    private static Dictionary<string, object?> OfMaps(string masks, string maps, CancellationToken cancel)
    {
        var metrics = new PixelMetrics();
        var halves = new PixelHalves();
        List<int> halfOf = [];
        string[] paths = [.. Directory.EnumerateFiles(masks, "*.png").Order(StringComparer.Ordinal)];
        foreach (var path in paths)
        {
            cancel.ThrowIfCancellationRequested();
            var (map, mask, width, height) = ReadPair(path, maps);
            metrics.Add(map, mask, width, height);
            halfOf.Add(halves.Add(map, mask, width, height));
        }
        var curve = metrics.ToCurve();
        var regions = halves.Thresholds() is { } thresholds ? OfRegions(paths, maps, halfOf, thresholds, cancel) : null;
        return new()
        {
            ["images"] = metrics.Images,
            ["regions"] = curve.Regions,
            ["pixel_auroc"] = curve.AreaUnderRoc?.Value,
            ["pixel_average_precision"] = curve.AveragePrecision?.Value,
            ["pixel_f1_max"] = curve.F1Max?.Value,
            ["pixel_f1_max_threshold"] = curve.BestF1?.Threshold,
            ["no_best_f1"] = NoBestF1.Why(curve.Positives, curve.Negatives, "pixels"),
            ["pixel_f1_all_positive"] = curve.AllPositiveF1,
            ["aupro_0.3"] = curve.Aupro()?.Value,
            ["aupro_0.05"] = curve.Aupro(0.05)?.Value,
            ["aupro_0.3_200_steps"] = curve.AuproOfReference(),
            ["pixel_f1_held_out"] = halves.HeldOut()?.F1,
            ["region_recall_held_out"] = regions?.All.Recall,
            ["false_regions_per_good_image"] = regions?.FalsePerGoodImage,
            ["box_map_50"] = regions?.BoxPrecision50,
            ["box_map_50_95"] = regions?.BoxPrecision5095,
            ["is_exact"] = curve.IsExact,
            ["errors"] = new Dictionary<string, double?>
            {
                ["pixel_auroc"] = curve.AreaUnderRoc?.Error,
                ["pixel_average_precision"] = curve.AveragePrecision?.Error,
                ["pixel_f1_max"] = curve.F1Max?.Error,
                ["aupro_0.3"] = curve.Aupro()?.Error,
                ["aupro_0.05"] = curve.Aupro(0.05)?.Error,
            },
        };
    }

    /// <summary>A second pass over the maps, each at the threshold chosen on the half of the images that it is not in.</summary>
    private static RegionFigures OfRegions(string[] paths, string maps, List<int> halfOf, IReadOnlyList<double> thresholds, CancellationToken cancel)
    {
        var regions = new RegionMetrics();
        foreach (var (path, half) in paths.Zip(halfOf))
        {
            cancel.ThrowIfCancellationRequested();
            var (map, mask, width, height) = ReadPair(path, maps);
            regions.Add(map, [("defect", mask)], width, height, thresholds[half]);
        }
        return regions.ToFigures();
    }

    private static double[]? Ends(ConfidenceInterval? interval) => interval is { } known ? [known.Low, known.High] : null;

    private static (float[] Map, byte[] Mask, int Width, int Height) ReadPair(string path, string maps)
    {
        var (map, shape) = ReadMap(Path.Combine(maps, Path.GetFileNameWithoutExtension(path) + ".npy"));
        var mask = MaskDecoder.Decode(path, shape[1], shape[0]);
        return (map, [.. mask.Defect.Select(defect => defect ? (byte)1 : (byte)0)], shape[1], shape[0]);
    }

    private static (float[] Map, int[] Shape) ReadMap(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            var (map, shape) = NpyReader.ReadFloat32(file);
            return shape.Length == 2 ? (map, shape) : throw new InvalidDataException($"It has {shape.Length} dimensions.");
        }
        catch (InvalidDataException wrong)
        {
            throw new RefusedInputException(
                RefusalCode.MetricsInputInvalid, $"{Path.GetFileName(path)} is no float32 map of height x width: {wrong.Message} Write it again with NumPy.",
                Path.GetFileName(path), wrong.Message);
        }
    }

    private static RefusedInputException Unreadable(string path, int line, string text) => new(
        RefusalCode.MetricsInputInvalid,
        $"{Path.GetFileName(path)} has '{text}' in line {line}; it needs the columns label (0 or 1) and score.",
        Path.GetFileName(path),
        text);
}
