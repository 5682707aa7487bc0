using System.Numerics.Tensors;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Vision.Tests.Detection.FewShot;

public sealed class LinearHeadTests
{
    private const int Width = 5;

    [Theory]
    [InlineData(0.1)]
    [InlineData(3)]
    public void Fit_RandomRows_SolvesTheSlowObviousEquations(double strength)
    {
        var random = new Random(3);
        float[] Row(float shift) => [.. Enumerable.Range(0, Width).Select(d => (float)(random.NextDouble() - 0.5) + (d == 1 ? shift : 0))];
        var (good, bad) = (Enumerable.Range(0, 30).Select(_ => Row(0)).ToArray(), Enumerable.Range(0, 12).Select(_ => Row(1)).ToArray());
        var text = Row(0.5f);
        var moments = new HeadMoments(Width);
        Array.ForEach(good, row => moments.Good.Add(row, 2));
        Array.ForEach(bad, row => moments.Defective.Add(row, 0.5));

        var head = LinearHead.Fit(moments, text, strength);

        double[] Mean(float[][] rows) => [.. Enumerable.Range(0, Width).Select(d => rows.Average(row => (double)row[d]))];
        var (m0, m1) = (Mean(good), Mean(bad));
        double C(int i, int j) => (good.Average(row => (row[i] - m0[i]) * (row[j] - m0[j])) + bad.Average(row => (row[i] - m1[i]) * (row[j] - m1[j]))) / 2;
        var axes = Enumerable.Range(0, Width).ToArray();
        var ridge = strength * axes.Sum(i => C(i, i)) / Width;
        var length = axes.Sum(i => text[i] * (m1[i] - m0[i])) / axes.Sum(i => axes.Sum(j => text[i] * C(i, j) * text[j]));
        foreach (var i in axes)
        {
            var left = axes.Sum(j => (C(i, j) + (i == j ? ridge : 0)) * head.Weights[j]);
            Assert.Equal(m1[i] - m0[i] + (ridge * Math.Max(0, length) * text[i]), left, 4);
        }
        Assert.Equal(0, axes.Sum(i => head.Weights[i] * (m0[i] + m1[i]) / 2) + head.Bias, 4);
    }

    [Fact]
    public void Fit_StrengthWithoutEnd_IsTheTextDirection()
    {
        var random = new Random(4);
        var moments = new HeadMoments(Width);
        for (var i = 0; i < 20; i++)
        {
            float[] row = [.. Enumerable.Range(0, Width).Select(_ => (float)random.NextDouble())];
            moments.Good.Add(row, 1);
            row[0] += 1;
            moments.Defective.Add(row, 1);
        }
        float[] text = [1, 0.5f, 0, -0.2f, 0.1f];

        Assert.Equal(1, TensorPrimitives.CosineSimilarity<float>(text, LinearHead.Fit(moments, text, 1e9).Weights), 5);
    }

    [Fact]
    public void Without_Fold_DoesNotKnowItsRows()
    {
        int[] foldOf = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
        bool[] anomalous = [.. foldOf.Select((_, i) => i >= 6)];
        float[][] rows = [.. foldOf.Select((_, i) => new Random(i).NextSingle())
            .Select((value, i) => new float[] { value, 1 - value, anomalous[i] ? 0.6f : 0.4f, value * value, 0.1f * i })];
        HeadFolds Folds(float[] first) => new(
            [0, 0, 1, 0, 0], foldOf, anomalous,
            (i, moments) => (anomalous[i] ? moments.Defective : moments.Good).Add(i == 0 ? first : rows[i], 1),
            (i, head) => head.Values(i == 0 ? first : rows[i])[0]);
        var (real, other) = (Folds(rows[0]), Folds([9, -9, 9, -9, 9]));

        Assert.Equal(real.Without(0).Weights, other.Without(0).Weights);
        Assert.NotEqual(real.Without(1).Weights, other.Without(1).Weights);
    }

    [Fact]
    public void Without_OwnImage_LeftOutAndMeanOfTheNearest()
    {
        var nearest = new NearestImages(1, 2);
        foreach (var (image, distance) in new[] { 0.5f, 0.1f, 0.4f, 0.2f }.Index())
        {
            nearest.Add(image, [distance]);
        }

        Assert.Equal(0.15f, nearest.Without(-1)[0], 6);
        Assert.Equal(0.3f, nearest.Without(1)[0], 6);
        Assert.Equal(0.25f, nearest.Without(3)[0], 6);
        Assert.Equal(0.15f, nearest.Without(0)[0], 6);
    }
}
