using System.Numerics.Tensors;

namespace AdClip.Vision.Training;

/// <summary>What each part of the loss weighs.</summary>
/// <param name="Classification">Cross-entropy of the class token against the two texts.</param>
/// <param name="Anomaly">Focal and dice loss of the anomaly maps, summed over the layers.</param>
/// <param name="Contrastive">Each text against the class tokens of the batch.</param>
public sealed record LossWeights(double Classification = 1, double Anomaly = 1, double Contrastive = 1)
{
    /// <summary>AnomalyCLIP's: the maps weigh four times the class token, no contrastive part.</summary>
    public static LossWeights AnomalyClip { get; } = new(1, 4, 0);
}

/// <summary>The loss of a batch, its parts before weighing, and its gradient by the unit text features.</summary>
/// <param name="Total">Weighed sum.</param>
/// <param name="Focal">By layer, mean over the images whose defects are drawn.</param>
/// <param name="DiceAbnormal">By layer, likewise.</param>
/// <param name="DiceNormal">By layer, likewise.</param>
/// <param name="Classification">Mean over images.</param>
/// <param name="Contrastive">Mean over the two texts; 0 when the batch shows only one state.</param>
/// <param name="NormalGradient">[E].</param>
/// <param name="AbnormalGradient">[E].</param>
public sealed record BatchLoss(
    double Total, IReadOnlyList<double> Focal, IReadOnlyList<double> DiceAbnormal, IReadOnlyList<double> DiceNormal,
    double Classification, double Contrastive, float[] NormalGradient, float[] AbnormalGradient)
{
    /// <summary>Focal and dice losses summed over the layers.</summary>
    public double Anomaly => Focal.Sum() + DiceAbnormal.Sum() + DiceNormal.Sum();
}

/// <summary>AnomalyCLIP's loss over cached tokens, as a function of the two text features alone.</summary>
/// <remarks>
/// Sources: Zhou et al., AnomalyCLIP, ICLR 2024, equations 3 and 4 (focal, dice, cross-entropy). The contrastive part is the
/// other direction of CLIP's symmetric loss (Radford et al., ICML 2021): each text picks its images out of the batch, with
/// several right answers averaged as in Khosla et al., NeurIPS 2020, equation 2; the cross-entropy is the first direction.
/// </remarks>
public sealed class PromptLoss
{
    private readonly LossWeights _weights;
    private readonly float _temperature;

    /// <param name="weights">What each part weighs.</param>
    /// <param name="temperature">Divides the cosines.</param>
    public PromptLoss(LossWeights weights, float temperature) => (_weights, _temperature) = (weights, temperature);

    /// <summary>The loss of a batch and its gradient.</summary>
    /// <param name="batch">At least one image; all with the same layers, grid and side.</param>
    /// <param name="normal">Text feature of a good product, unit length, [E].</param>
    /// <param name="abnormal">Text feature of a defective one, unit length, [E].</param>
    /// <param name="threads">Images handled at once; does not change the result.</param>
    public BatchLoss Compute(IReadOnlyList<TrainingImage> batch, float[] normal, float[] abnormal, int threads)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfZero(batch.Count);
        ArgumentNullException.ThrowIfNull(normal);
        ArgumentNullException.ThrowIfNull(abnormal);
        var layers = batch[0].Layers.Count;
        var (onNormal, onAbnormal) = (new float[normal.Length], new float[normal.Length]);
        var (classification, contrastive) = Images(batch, normal, abnormal, onNormal, onAbnormal);

        TrainingImage[] drawn = _weights.Anomaly == 0 ? [] : [.. batch.Where(image => image.Mask is not null)];
        var (focal, diceAbnormal, diceNormal) = (new double[layers], new double[layers], new double[layers]);
        if (drawn.Length > 0)
        {
            var upsampling = new GridUpsampling(drawn[0].Grid, drawn[0].Side);
            var direction = new float[normal.Length];
            TensorPrimitives.Subtract(abnormal, normal, direction);
            TensorPrimitives.Divide(direction, _temperature, direction);
            var parts = new MapLoss[drawn.Length];
            Parallel.For(
                0, drawn.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => parts[i] = MapLoss.Of(drawn[i], direction, upsampling));
            var onDirection = new float[normal.Length];
            foreach (var part in parts)
            {
                for (var layer = 0; layer < layers; layer++)
                {
                    focal[layer] += part.Focal[layer] / drawn.Length;
                    diceAbnormal[layer] += part.DiceAbnormal[layer] / drawn.Length;
                    diceNormal[layer] += part.DiceNormal[layer] / drawn.Length;
                }
                TensorPrimitives.Add(onDirection, part.Gradient, onDirection);
            }
            TensorPrimitives.Multiply(onDirection, (float)(_weights.Anomaly / (drawn.Length * _temperature)), onDirection);
            TensorPrimitives.Add(onAbnormal, onDirection, onAbnormal);
            TensorPrimitives.Subtract(onNormal, onDirection, onNormal);
        }
        var anomaly = focal.Sum() + diceAbnormal.Sum() + diceNormal.Sum();
        var total = (_weights.Classification * classification) + (_weights.Anomaly * anomaly) + (_weights.Contrastive * contrastive);
        return new BatchLoss(total, focal, diceAbnormal, diceNormal, classification, contrastive, onNormal, onAbnormal);
    }

    /// <summary>The two directions between class tokens and texts.</summary>
    private (double Classification, double Contrastive) Images(
        IReadOnlyList<TrainingImage> batch, float[] normal, float[] abnormal, float[] onNormal, float[] onAbnormal)
    {
        var count = batch.Count;
        var logits = new double[2][];
        var slopes = new double[2][];
        for (var c = 0; c < 2; c++)
        {
            var text = c == 0 ? normal : abnormal;
            logits[c] = [.. batch.Select(image => (double)(TensorPrimitives.Dot(image.ClassToken, text) / _temperature))];
            slopes[c] = new double[count];
        }
        var classification = 0.0;
        for (var i = 0; i < count; i++)
        {
            var own = batch[i].IsAnomaly ? 1 : 0;
            var lead = logits[1 - own][i] - logits[own][i];
            classification += (Math.Max(lead, 0) + Math.Log(1 + Math.Exp(-Math.Abs(lead)))) / count;
            var wrong = 1 / (1 + Math.Exp(-lead));
            slopes[own][i] -= _weights.Classification * wrong / count;
            slopes[1 - own][i] += _weights.Classification * wrong / count;
        }
        var contrastive = Contrastive(batch, logits, slopes);
        for (var i = 0; i < count; i++)
        {
            TensorPrimitives.MultiplyAdd(batch[i].ClassToken, (float)(slopes[0][i] / _temperature), onNormal, onNormal);
            TensorPrimitives.MultiplyAdd(batch[i].ClassToken, (float)(slopes[1][i] / _temperature), onAbnormal, onAbnormal);
        }
        return (classification, contrastive);
    }

    private double Contrastive(IReadOnlyList<TrainingImage> batch, double[][] logits, double[][] slopes)
    {
        var anomalies = batch.Count(image => image.IsAnomaly);
        // Without images of the other state there is nothing to pick them out of.
        if (_weights.Contrastive == 0 || anomalies == 0 || anomalies == batch.Count)
        {
            return 0;
        }
        var loss = 0.0;
        for (var c = 0; c < 2; c++)
        {
            var positives = c == 1 ? anomalies : batch.Count - anomalies;
            var largest = logits[c].Max();
            var sum = logits[c].Sum(logit => Math.Exp(logit - largest));
            for (var i = 0; i < batch.Count; i++)
            {
                var logProbability = logits[c][i] - largest - Math.Log(sum);
                var share = batch[i].IsAnomaly == (c == 1) ? 1.0 / positives : 0;
                loss -= share * logProbability / 2;
                slopes[c][i] += _weights.Contrastive * (Math.Exp(logProbability) - share) / 2;
            }
        }
        return loss;
    }
}

/// <summary>The map losses of one image.</summary>
/// <param name="Focal">By layer.</param>
/// <param name="DiceAbnormal">By layer.</param>
/// <param name="DiceNormal">By layer.</param>
/// <param name="Gradient">Of their sum by the direction (abnormal - normal) / temperature: [E].</param>
internal sealed record MapLoss(double[] Focal, double[] DiceAbnormal, double[] DiceNormal, float[] Gradient)
{
    /// <param name="image">An image with a mask.</param>
    /// <param name="direction">(abnormal - normal) / temperature: [E].</param>
    /// <param name="upsampling">From the image's grid to its side.</param>
    public static MapLoss Of(TrainingImage image, float[] direction, GridUpsampling upsampling)
    {
        var (layers, width) = (image.Layers.Count, direction.Length);
        var loss = new MapLoss(new double[layers], new double[layers], new double[layers], new float[width]);
        var pixels = image.Side * image.Side;
        var mask = image.Mask!;
        var (defect, good) = (new float[pixels], new float[pixels]);
        for (var i = 0; i < pixels; i++)
        {
            defect[i] = mask[i];
            good[i] = 1 - mask[i];
        }
        // Planes: normal, abnormal, as the classes are numbered.
        var (maps, slopes, dice) = (new float[2 * pixels], new float[2 * pixels], new float[pixels]);
        var normalMap = maps.AsSpan(0, pixels);
        var abnormalMap = maps.AsSpan(pixels);
        var onNormal = slopes.AsSpan(0, pixels);
        var onAbnormal = slopes.AsSpan(pixels);
        var probability = new float[image.Grid * image.Grid];
        for (var layer = 0; layer < layers; layer++)
        {
            var patches = image.Layers[layer];
            for (var i = 0; i < probability.Length; i++)
            {
                probability[i] = 1 / (1 + MathF.Exp(-TensorPrimitives.Dot(patches.AsSpan(i * width, width), direction)));
            }
            upsampling.Enlarge(probability, abnormalMap);
            TensorPrimitives.Subtract(1f, abnormalMap, normalMap);

            loss.Focal[layer] = FocalLoss.Compute(maps, mask, slopes);
            loss.DiceAbnormal[layer] = DiceLoss.Compute(abnormalMap, defect, dice);
            TensorPrimitives.Add(onAbnormal, dice, onAbnormal);
            loss.DiceNormal[layer] = DiceLoss.Compute(normalMap, good, dice);
            TensorPrimitives.Add(onNormal, dice, onNormal);

            // The normal map is one minus the abnormal one.
            TensorPrimitives.Subtract(onAbnormal, onNormal, onAbnormal);
            var onProbability = upsampling.Transposed(onAbnormal);
            for (var i = 0; i < probability.Length; i++)
            {
                var slope = onProbability[i] * probability[i] * (1 - probability[i]);
                TensorPrimitives.MultiplyAdd(patches.AsSpan(i * width, width), slope, loss.Gradient, loss.Gradient);
            }
        }
        return loss;
    }
}
