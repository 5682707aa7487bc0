using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Metrics;

namespace AdClip.Cli;

/// <summary>The figures of one product.</summary>
/// <param name="Product">Its name.</param>
/// <param name="References">Good images that were compared with.</param>
/// <param name="LearnedFrom">Test images that the prompts were learned from: above 0 the figures flatter.</param>
/// <param name="Result">Measured.</param>
internal sealed record TestedProduct(string Product, int References, int LearnedFrom, ProductResult Result);

/// <summary>Prints figures as a table and writes them as JSON; docs/guide/cli.md names the fields.</summary>
internal static class TestReport
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Name, string Title, Func<ProductResult, double?> Value)[] Figures =
    [
        ("image_auroc", "AUROC", result => result.Image.AreaUnderRoc),
        ("image_ap", "AP", result => result.Image.AveragePrecision),
        ("image_f1_max", "F1-max", result => result.Image.BestF1?.Counts.F1),
        ("image_f1_max_threshold", "at", result => result.Image.BestF1?.Threshold),
        ("image_precision", "prec.", result => result.Image.BestF1?.Counts.Precision),
        ("image_recall", "recall", result => result.Image.BestF1?.Counts.Recall),
        ("image_f1_all_positive", "F1-all", result => result.Image.AllPositiveF1),
        ("pixel_auroc", "px AUROC", result => result.Pixel?.AreaUnderRoc?.Value),
        ("pixel_ap", "px AP", result => result.Pixel?.AveragePrecision?.Value),
        ("pixel_f1_max", "px F1", result => result.Pixel?.F1Max?.Value),
        ("pixel_f1_max_threshold", "px at", result => result.Pixel?.BestF1?.Threshold),
        ("aupro_0.3", "AUPRO.3", result => result.Pixel?.Aupro()?.Value),
        ("aupro_0.05", "AUPRO.05", result => result.Pixel?.Aupro(0.05)?.Value),
        ("box_map_50", "mAP.50", result => result.BoxPrecision50),
        ("box_map", "mAP", result => result.BoxPrecision),
    ];

    private static readonly (string Name, Func<PixelCurve, Bounded?> Value)[] Bounds =
    [
        ("pixel_auroc", curve => curve.AreaUnderRoc),
        ("pixel_ap", curve => curve.AveragePrecision),
        ("pixel_f1_max", curve => curve.F1Max),
        ("aupro_0.3", curve => curve.Aupro()),
        ("aupro_0.05", curve => curve.Aupro(0.05)),
    ];

    private static readonly (string Name, string Title, Func<StageMeasurement, double?> Value)[] StageColumns =
    [
        ("image_auroc", "AUROC", figures => figures.Result.Image.AreaUnderRoc),
        ("image_ap", "AP", figures => figures.Result.Image.AveragePrecision),
        ("image_f1_max", "F1-max", figures => figures.Result.Image.BestF1?.Counts.F1),
        ("f1_out_of_fold", "F1 oof", figures => figures.OwnShare?.OutOfFold),
        ("f1_at_that_threshold", "F1 test", figures => figures.OwnShare?.F1),
        ("f1_out_of_fold_at_share", "F1 oof s", figures => figures.AtShare?.OutOfFold),
        ("f1_at_share", "F1 test s", figures => figures.AtShare?.F1),
        ("f1_all_positive_at_share", "F1-all s", figures => F1AtShare.AllPositive(figures.Share)),
        ("f1_false_rejects", "F1 test r", figures => figures.FalseRejects?.F1),
        ("false_rejects", "rejects", figures => figures.RejectedGood),
        ("pixel_auroc", "px AUROC", figures => figures.Result.Pixel?.AreaUnderRoc?.Value),
        ("pixel_ap", "px AP", figures => figures.Result.Pixel?.AveragePrecision?.Value),
        ("aupro_0.3", "AUPRO.3", figures => figures.Result.Pixel?.Aupro()?.Value),
        ("box_map_50", "mAP.50", figures => figures.Result.BoxPrecision50),
        ("seconds", "seconds", figures => figures.Seconds),
    ];

    public static void Write(IReadOnlyList<TestedProduct> products, ModelDescription model, PromptSettings prompts, string? file)
    {
        var mean = Figures.Select(figure => Mean(products.Select(product => figure.Value(product.Result)))).ToArray();
        List<string[]> rows = [["product", "images", .. Figures.Select(figure => figure.Title)]];
        rows.AddRange(products.Select(
            product => (string[])[product.Product, $"{product.Result.Images}", .. Figures.Select(figure => Text(figure.Value(product.Result)))]));
        if (products.Count > 1)
        {
            rows.Add(["mean", $"{products.Sum(product => product.Result.Images)}", .. mean.Select(Text)]);
        }
        Print(rows);
        Console.WriteLine("Thresholds of F1 were chosen on these images: judge them on others.");
        foreach (var (product, why) in products.Select(product => (product.Product, Why: WhyNoBestF1(product.Result))))
        {
            if (why is not null)
            {
                Console.WriteLine($"{product}: {why}");
            }
        }
        Save(file, new JsonObject
        {
            ["format"] = "adclip-test",
            ["version"] = 1,
            ["model"] = Model(model),
            ["checkpoint"] = prompts.CheckpointFile,
            ["thresholds_chosen_on"] = "the same images",
            ["products"] = new JsonArray([.. products.Select(product =>
            {
                var fields = Object(Figures.Select(figure => (figure.Name, figure.Value(product.Result))));
                fields.Insert(0, "product", product.Product);
                fields.Insert(1, "images", product.Result.Images);
                fields.Insert(2, "anomalies", product.Result.Anomalies);
                fields.Insert(3, "references", product.References);
                fields.Insert(4, "images_learned_from", product.LearnedFrom);
                fields["no_best_f1"] = WhyNoBestF1(product.Result);
                if (product.Result.Pixel is { } pixel)
                {
                    fields["is_exact"] = pixel.IsExact;
                    fields["errors"] = Object(Bounds.Select(bound => (bound.Name, bound.Value(pixel)?.Error)));
                }
                return (JsonNode)fields;
            })]),
            ["mean"] = Object(Figures.Select((figure, i) => (figure.Name, mean[i]))),
        });
    }

    /// <summary>Stages: mean and standard deviation over the seeds, of the mean over the products.</summary>
    public static void Write(IReadOnlyList<StageMeasurement> figures, ModelDescription model, string? file)
    {
        List<string[]> rows = [["detector", "stage", "seeds", .. StageColumns.Select(column => column.Title)]];
        var stages = new JsonArray();
        foreach (var group in figures.GroupBy(one => (one.Detector, one.Stage)))
        {
            var bySeed = group.GroupBy(one => one.Seed).ToArray();
            var columns = StageColumns.Select(column => (column.Name, Spread: Spread([.. bySeed.Select(seed => Mean(seed.Select(column.Value)))]))).ToArray();
            rows.Add(
            [
                group.Key.Detector, group.Key.Stage.ToString(), $"{bySeed.Length}",
                .. columns.Select(
                    column => column.Spread is var (mean, deviation) ? string.Create(CultureInfo.InvariantCulture, $"{mean:F3}±{deviation:F3}") : "-"),
            ]);
            stages.Add((JsonNode)new JsonObject
            {
                ["detector"] = group.Key.Detector,
                ["anomalies"] = group.Key.Stage.Anomalies,
                ["good"] = group.Key.Stage.Good,
                ["mean"] = Object(columns.Select(column => (column.Name, column.Spread?.Mean))),
                ["deviation"] = Object(columns.Select(column => (column.Name, column.Spread?.Deviation))),
                ["runs"] = new JsonArray([.. group.Select(one =>
                {
                    var fields = Object(StageColumns.Select(column => (column.Name, column.Value(one))));
                    fields.Insert(0, "product", one.Product);
                    fields.Insert(1, "seed", one.Seed);
                    fields.Insert(2, "test_images", one.Result.Images);
                    fields["threshold"] = one.OwnShare?.Threshold;
                    fields["threshold_at_share"] = one.AtShare?.Threshold;
                    fields["threshold_false_rejects"] = one.FalseRejects?.Threshold;
                    fields["share"] = one.Share;
                    return (JsonNode)fields;
                })]),
            });
        }
        Print(rows);
        var shares = figures.Select(one => one.Share).ToArray();
        var share = shares.Max() - shares.Min() < 1e-9 ? Number(shares[0]) : $"{Number(shares.Min())} to {Number(shares.Max())}";
        Console.WriteLine("F1 oof: images learned from, each scored without itself. F1 test: other "
            + "images, at the threshold of F1 oof. F1-max: the best threshold on the test images themselves.");
        Console.WriteLine($"... s: the same brought to a share of anomalies of {share}; F1-all s is F1 of calling "
            + "everything anomalous there. F1 test r, rejects: at the threshold that shall reject one good image in ten.");
        Save(file, new JsonObject { ["format"] = "adclip-stages", ["version"] = 1, ["model"] = Model(model), ["stages"] = stages });
    }

    private static string? WhyNoBestF1(ProductResult result) => NoBestF1.Why(result.Image.Positives, result.Image.Negatives, "images");

    private static JsonObject Model(ModelDescription model) => new() { ["name"] = model.Name, ["sha256"] = model.Sha256, ["encoder"] = model.EncoderId };

    private static JsonObject Object(IEnumerable<(string Name, double? Value)> fields)
        => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value is { } value ? (JsonNode?)JsonValue.Create(value) : null)));

    private static void Save(string? file, JsonObject document)
    {
        if (file is not null)
        {
            File.WriteAllText(file, document.ToJsonString(Json) + "\n");
        }
    }

    private static double? Mean(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : known.Average();
    }

    // Deviation of a sample: n - 1.
    private static (double Mean, double Deviation)? Spread(double?[] values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0)
        {
            return null;
        }
        var mean = known.Average();
        return (mean, known.Length == 1 ? 0 : Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1)));
    }

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Text(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    private static void Print(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
        {
            Console.WriteLine(
                string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        }
    }
}
