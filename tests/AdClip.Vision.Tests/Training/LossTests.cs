using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Training;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Training;

public sealed class LossTests
{
    private static readonly string[] FocalCases = ["focal_2class", "focal_target_with_channel", "focal_3class", "focal_all_zero_mask", "focal_extreme"];
    private static readonly string[] DiceCases = ["dice_abnormal", "dice_normal", "dice_empty_mask", "dice_full_mask"];

    public static TheoryData<string> Focal => [.. FocalCases];

    public static TheoryData<string> Dice => [.. DiceCases];

    [Theory]
    [MemberData(nameof(Focal))]
    public void Focal_GoldenCase_ValueAndGradientMatch(string name)
    {
        var (input, target, images, expected, expectedGradient, tolerances) = Case(name);
        var each = input.Length / images;
        var pixels = target.Length / images;
        var loss = 0.0;
        var gradient = new float[input.Length];
        for (var i = 0; i < images; i++)
        {
            byte[] classes = [.. target.AsSpan(i * pixels, pixels).ToArray().Select(value => (byte)value)];
            loss += FocalLoss.Compute(input.AsSpan(i * each, each), classes, gradient.AsSpan(i * each, each)) / images;
        }
        Check(name, expected, loss, expectedGradient, [.. gradient.Select(value => value / images)], tolerances);
    }

    [Theory]
    [MemberData(nameof(Dice))]
    public void Dice_GoldenCase_ValueAndGradientMatch(string name)
    {
        var (input, target, images, expected, expectedGradient, tolerances) = Case(name);
        var each = input.Length / images;
        var loss = 0.0;
        var gradient = new float[input.Length];
        for (var i = 0; i < images; i++)
        {
            loss += DiceLoss.Compute(input.AsSpan(i * each, each), target.AsSpan(i * each, each), gradient.AsSpan(i * each, each)) / images;
        }
        Check(name, expected, loss, expectedGradient, [.. gradient.Select(value => value / images)], tolerances);
    }

    [Fact]
    public void Dice_RowsAsSamples_GivesTheReferencesQuirk()
    {
        // The reference's trainer hands a single image over as [H, W], so each row becomes a sample. We never do; the number still holds.
        const string Name = "dice_batch1_squeezed_mask";
        var (input, target, _, expected, expectedGradient, tolerances) = Case(Name);
        const int Rows = 20;
        var loss = 0.0;
        var gradient = new float[input.Length];
        var own = new float[Rows];
        var whole = input.AsSpan();
        for (var row = 0; row < Rows; row++)
        {
            loss += DiceLoss.Compute(whole.Slice(row * Rows, Rows), target.AsSpan(row * Rows, Rows), own) / Rows;
            own.CopyTo(gradient, row * Rows);
        }
        Check(Name, expected, loss, expectedGradient, [.. gradient.Select(value => value / Rows)], tolerances);
    }

    [Fact]
    public void PromptLoss_AnyWeights_GradientIsTheSlopeOfTheTotal()
    {
        var random = new Random(5);
        const int Width = 6, Grid = 3, Side = 12;
        float[] Unit() => Normalised([.. Enumerable.Range(0, Width).Select(_ => (float)(random.NextDouble() - 0.5))]);
        TrainingImage[] batch = [.. Enumerable.Range(0, 5).Select(i => new TrainingImage(
            Unit(), [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Grid * Grid).SelectMany(_ => Unit()).ToArray())], Grid, i % 2 == 1,
            i == 3 ? null : [.. Enumerable.Range(0, Side * Side).Select(pixel => (byte)(i % 2 == 1 && pixel % 7 < 2 ? 1 : 0))], Side))];
        var (normal, abnormal) = (Unit(), Unit());
        foreach (var weights in (LossWeights[])[new(), LossWeights.AnomalyClip, new(1, 0, 0), new(0, 1, 0), new(0, 0, 1)])
        {
            var loss = new PromptLoss(weights, 0.2f);
            var found = loss.Compute(batch, normal, abnormal, 2);
            for (var i = 0; i < Width; i++)
            {
                Assert.Equal(Slope(normal, i, () => loss.Compute(batch, normal, abnormal, 1).Total), found.NormalGradient[i], 2e-3);
                Assert.Equal(Slope(abnormal, i, () => loss.Compute(batch, normal, abnormal, 1).Total), found.AbnormalGradient[i], 2e-3);
            }
        }
    }

    private static double Slope(float[] values, int index, Func<double> function)
    {
        const float Step = 2e-3f;
        var kept = values[index];
        values[index] = kept + Step;
        var above = function();
        values[index] = kept - Step;
        var below = function();
        values[index] = kept;
        return (above - below) / (2 * Step);
    }

    private static float[] Normalised(float[] values)
    {
        var norm = MathF.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / norm)];
    }

    private static void Check(string name, double expected, double loss, float[] expectedGradient, float[] gradient, JsonElement tolerances)
    {
        Assert.Equal(expected, loss, Math.Abs(expected) * tolerances.GetProperty("value_rtol").GetDouble());
        var largest = expectedGradient.Max(Math.Abs);
        Golden.AssertClose(expectedGradient, gradient, largest * tolerances.GetProperty("grad_rtol_of_max").GetDouble(), name);
    }

    private static (float[] Input, float[] Target, int Images, double Value, float[] Gradient, JsonElement Tolerances) Case(string name)
    {
        var folder = SharedFolder.Require("golden/losses");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var root = json.RootElement.Clone();
        var value =
            root.GetProperty("cases").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name).GetProperty("value_float64").GetDouble();
        var file = WeightFile.Open(Path.Combine(folder, "losses.safetensors"));
        var input = file.Require($"{name}.input");
        return (
            input.ReadFloats(), file.Require($"{name}.target").ReadFloats(), (int)input.Shape[0],
            value, file.Require($"{name}.grad").ReadFloats(), root.GetProperty("tolerances"));
    }
}
