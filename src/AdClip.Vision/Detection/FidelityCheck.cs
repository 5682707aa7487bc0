using System.Numerics.Tensors;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>Compares a cheaper encoder with the float32 one on somebody's own images, and says whether it may stand in for it.</summary>
/// <remarks>Add each image once with what both gave. Not for several threads at once. Keeps no map: one pass over any number of images.</remarks>
public sealed class FidelityCheck(FidelityLimits? limits = null)
{
    private readonly FidelityLimits _limits = limits ?? new FidelityLimits();
    private readonly SortedDictionary<int, Cosines> _layers = [];
    private readonly Cosines _class = new();
    private readonly Correlation _maps = new();
    private readonly List<double> _referenceScores = [];
    private readonly List<double> _candidateScores = [];
    private double _mapDifference;
    private double _scoreDifference;

    /// <summary>Images added so far.</summary>
    public int Images => _referenceScores.Count;

    /// <summary>Adds what both made of one image.</summary>
    /// <param name="reference">Tokens of the float32 encoder.</param>
    /// <param name="expected">What scoring made of them.</param>
    /// <param name="candidate">Tokens of the other encoder for the same image.</param>
    /// <param name="actual">What scoring made of these, with the same prompts and good images.</param>
    /// <exception cref="ArgumentException">The two are of different shapes.</exception>
    public void Add(ImageTokens reference, Detection expected, ImageTokens candidate, Detection actual)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(actual);
        if (expected.Map.Values.Length != actual.Map.Values.Length
            || !reference.Layers.Select(layer => (layer.Layer, layer.Values.Length))
                .SequenceEqual(candidate.Layers.Select(layer => (layer.Layer, layer.Values.Length))))
        {
            throw new ArgumentException("The two encoders were run with different settings.", nameof(candidate));
        }
        _class.Add(reference.ClassToken, candidate.ClassToken);
        foreach (var layer in reference.Layers)
        {
            if (!_layers.TryGetValue(layer.Layer, out var cosines))
            {
                _layers[layer.Layer] = cosines = new Cosines();
            }
            var left = reference.Patches(layer.Layer);
            var right = candidate.Patches(layer.Layer);
            for (var at = 0; at < left.Length; at += reference.Width)
            {
                cosines.Add(left.Slice(at, reference.Width), right.Slice(at, reference.Width));
            }
        }
        for (var i = 0; i < expected.Map.Values.Length; i++)
        {
            _maps.Add(expected.Map.Values[i], actual.Map.Values[i]);
            _mapDifference = Math.Max(_mapDifference, Math.Abs(expected.Map.Values[i] - actual.Map.Values[i]));
        }
        _referenceScores.Add(expected.Score);
        _candidateScores.Add(actual.Score);
        _scoreDifference = Math.Max(_scoreDifference, Math.Abs(expected.Score - actual.Score));
    }

    /// <summary>The figures and the verdict over all images added.</summary>
    /// <exception cref="InvalidOperationException">No image was added.</exception>
    public FidelityReport Report()
    {
        if (Images == 0)
        {
            throw new InvalidOperationException("No image was added.");
        }
        var ranks = new Correlation();
        foreach (var (left, right) in Ranks(_referenceScores).Zip(Ranks(_candidateScores)))
        {
            ranks.Add(left, right);
        }
        LayerFidelity[] layers = [.. _layers.Select(layer => new LayerFidelity(layer.Key, layer.Value.Mean, layer.Value.Least))];
        return new FidelityReport(layers,
        [
            AtLeast(FidelityMeasure.Images, Images, _limits.Images),
            AtLeast(FidelityMeasure.MeanPatchCosine, layers.Min(layer => layer.MeanCosine), _limits.MeanCosine),
            AtLeast(FidelityMeasure.LeastPatchCosine, layers.Min(layer => layer.LeastCosine), _limits.LeastCosine),
            AtLeast(FidelityMeasure.MeanClassCosine, _class.Mean, _limits.MeanCosine),
            AtLeast(FidelityMeasure.LeastClassCosine, _class.Least, _limits.LeastCosine),
            AtMost(FidelityMeasure.MapDifference, _mapDifference, _limits.MapDifference),
            AtLeast(FidelityMeasure.MapCorrelation, _maps.Value, _limits.MapCorrelation),
            AtMost(FidelityMeasure.ScoreDifference, _scoreDifference, _limits.ScoreDifference),
            AtLeast(FidelityMeasure.RankCorrelation, ranks.Value, _limits.RankCorrelation),
        ]);
    }

    // A figure that is not a number keeps no limit.
    private static FidelityFigure AtLeast(FidelityMeasure measure, double value, double limit) => new(measure, value, limit, value >= limit);

    private static FidelityFigure AtMost(FidelityMeasure measure, double value, double limit) => new(measure, value, limit, value <= limit);

    /// <summary>Ranks from 0; equal values share their mean rank.</summary>
    private static double[] Ranks(List<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }
            for (var i = start; i < end; i++)
            {
                ranks[order[i]] = (start + end - 1) / 2.0;
            }
            start = end;
        }
        return ranks;
    }

    private sealed class Cosines
    {
        private double _sum;
        private long _count;

        public double Least { get; private set; } = 1;

        public double Mean => _sum / _count;

        public void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        {
            var cosine = TensorPrimitives.CosineSimilarity(left, right);
            _sum += cosine;
            _count++;
            // NaN takes over, so that it is seen.
            Least = double.IsNaN(cosine) ? double.NaN : Math.Min(Least, cosine);
        }
    }

    /// <summary>Pearson's correlation in one pass (Welford).</summary>
    private sealed class Correlation
    {
        private long _count;
        private double _meanX;
        private double _meanY;
        private double _squaresX;
        private double _squaresY;
        private double _products;

        /// <summary>NaN when either side is constant.</summary>
        public double Value => _products / Math.Sqrt(_squaresX * _squaresY);

        public void Add(double x, double y)
        {
            _count++;
            var (fromX, fromY) = (x - _meanX, y - _meanY);
            _meanX += fromX / _count;
            _meanY += fromY / _count;
            _squaresX += fromX * (x - _meanX);
            _squaresY += fromY * (y - _meanY);
            _products += fromX * (y - _meanY);
        }
    }
}
