using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class BoxAveragePrecisionTests
{
    private const double Tolerance = 1e-9;
    private static readonly IReadOnlyList<double> Coco = BoxAveragePrecision.CocoOverlaps;

    [Theory]
    [InlineData("results", false)]
    [InlineData("results_class_agnostic", true)]
    public void Evaluate_GoldenBoxes_EqualsTheCocoEvaluation(string results, bool isAgnostic)
    {
        var (golden, evaluation) = Open(isAgnostic);
        var expected = golden.GetProperty(results);
        void Check(string name, double? actual) => Assert.Equal(expected.GetProperty(name).GetDouble(), actual ?? -1, Tolerance);

        Check("AP@[.50:.95] all", evaluation.Precision(Coco, AreaRange.All));
        Check("AP@.50 all", evaluation.Precision([0.5], AreaRange.All));
        Check("AP@.75 all", evaluation.Precision([0.75], AreaRange.All));
        Check("AP small", evaluation.Precision(Coco, AreaRange.Small));
        Check("AP medium", evaluation.Precision(Coco, AreaRange.Medium));
        Check("AP large", evaluation.Precision(Coco, AreaRange.Large));
        Check("AR maxDets=1", evaluation.Recall(Coco, AreaRange.All, 1));
        Check("AR maxDets=10", evaluation.Recall(Coco, AreaRange.All, 10));
        Check("AR maxDets=100", evaluation.Recall(Coco, AreaRange.All));
        Check("AR small", evaluation.Recall(Coco, AreaRange.Small));
        Check("AR medium", evaluation.Recall(Coco, AreaRange.Medium));
        Check("AR large", evaluation.Recall(Coco, AreaRange.Large));
    }

    [Fact]
    public void PrecisionOf_GoldenBoxes_EqualsTheCocoEvaluationOfEachClass()
    {
        var (golden, evaluation) = Open(isAgnostic: false);
        foreach (var (name, overlaps) in new[] { ("ap_per_class_iou50", [0.5]), ("ap_per_class_mean", Coco) })
        {
            foreach (var entry in golden.GetProperty(name).EnumerateObject())
            {
                Assert.Equal(entry.Value.GetDouble(), evaluation.PrecisionOf(int.Parse(entry.Name, null), overlaps) ?? -1, Tolerance);
            }
        }
    }

    [Fact]
    public void Precision_NothingLabelled_IsUndefined()
    {
        ScoredBox found = new(new LabelledBox(1, 1, 0, 0, 5, 5), 0.5);
        Assert.Null(new BoxAveragePrecision([], [found]).Precision(Coco, AreaRange.All));
    }

    private static (JsonElement Case, BoxAveragePrecision Evaluation) Open(bool isAgnostic)
    {
        var folder = SharedFolder.Require("golden/metrics/boxes");
        JsonElement Read(string name)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));
            return json.RootElement.Clone();
        }
        LabelledBox Box(JsonElement entry)
        {
            double[] box = [.. entry.GetProperty("bbox").EnumerateArray().Select(value => value.GetDouble())];
            return new LabelledBox(
                entry.GetProperty("image_id").GetInt32(), isAgnostic ? 1 : entry.GetProperty("category_id").GetInt32(), box[0], box[1], box[2], box[3]);
        }
        return (Read("case.json"), new BoxAveragePrecision(
            [.. Read("ground_truth.json").GetProperty("annotations").EnumerateArray().Select(Box)],
            [.. Read("detections.json").EnumerateArray().Select(entry => new ScoredBox(Box(entry), entry.GetProperty("score").GetDouble()))]));
    }
}
