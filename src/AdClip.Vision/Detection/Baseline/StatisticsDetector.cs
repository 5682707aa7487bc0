using System.Numerics.Tensors;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Vision.Detection.Baseline;

/// <summary>The detector that every learned one has to beat: distance of hand-made statistics to those of good patches. Immutable.</summary>
/// <remarks>
/// Each number is standardised by the good patches; the score is the mean of the largest hundredth of the patches' Euclidean distances to the
/// nearest good one, as in the embedded model's own comparison.
/// </remarks>
public sealed class StatisticsDetector
{
    private const double TopFraction = 0.01;
    private const float LeastDeviation = 1e-6f;
    private const int Width = PatchStatistics.Width;

    private readonly int _side;
    private readonly float[] _mean = new float[Width];
    private readonly float[] _deviation = new float[Width];
    private readonly MemoryBank _bank = new(Width + 1);
    private readonly MapOperator _enlarge;

    /// <param name="good">SHA-256 and statistics of good images, at least one.</param>
    /// <param name="model">Whose grid and map it has, so that both can be compared.</param>
    public StatisticsDetector(IReadOnlyList<(string Sha256, float[] Statistics)> good, FitContext model)
    {
        ArgumentNullException.ThrowIfNull(good);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfZero(good.Count);
        _side = model.Side;
        _enlarge = new MapOperator(model.Grid, model.Grid, model.Side, model.Side, model.Scheme.Sigma(model.Side));
        for (var i = 0; i < Width; i++)
        {
            double[] values =
                [.. good.SelectMany(image => Enumerable.Range(0, image.Statistics.Length / Width).Select(row => (double)image.Statistics[(row * Width) + i]))];
            var mean = values.Average();
            _mean[i] = (float)mean;
            _deviation[i] = (float)Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length) + LeastDeviation;
        }
        foreach (var (sha256, statistics) in good)
        {
            // With |b|² / 2 as one more coordinate the nearest good patch is the one of the largest product.
            _bank.Add(sha256, Rows(statistics, row => -TensorPrimitives.SumOfSquares(row) / 2));
        }
    }

    /// <summary>Scores one image; larger is more abnormal. The scale has no meaning beyond this detector, and the map has the same.</summary>
    /// <param name="statistics">By <see cref="PatchStatistics"/>.</param>
    /// <param name="sha256">Of the image, which is not compared with itself; another good image must be left.</param>
    public Detection Score(float[] statistics, string? sha256)
    {
        var rows = Rows(statistics, _ => 1);
        var patches = _bank.Distances(rows, sha256);
        for (var i = 0; i < patches.Length; i++)
        {
            var squares = TensorPrimitives.SumOfSquares(rows.AsSpan(i * (Width + 1), Width));
            patches[i] = MathF.Sqrt(MathF.Max(0, squares - (2 * (1 - patches[i]))));
        }
        var score = PatchPooling.TopMean(patches, TopFraction);
        return new Detection(score, 0, score, 0, new AnomalyMap(_side, _side, _enlarge.Apply(patches)));
    }

    private delegate float Last(ReadOnlySpan<float> row);

    private float[] Rows(float[] statistics, Last last)
    {
        var rows = new float[statistics.Length / Width * (Width + 1)];
        for (var i = 0; i < statistics.Length / Width; i++)
        {
            var row = rows.AsSpan(i * (Width + 1), Width);
            TensorPrimitives.Subtract(statistics.AsSpan(i * Width, Width), _mean, row);
            TensorPrimitives.Divide(row, _deviation, row);
            rows[(i * (Width + 1)) + Width] = last(row);
        }
        return rows;
    }
}
