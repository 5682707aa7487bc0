using System.Numerics.Tensors;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>Tells the kind of a defect: softmax over log prior + sharpness · cosine to the mean defect of each class.</summary>
/// <remarks>
/// Defects are described by the mean direction of the patches that matter most, less what good patches have in common. The sharpness is
/// the one under which the classes of the anomalies, each left out, are most likely; 0, so that only how frequent a class is counts,
/// where looks tell nothing.
/// </remarks>
/// <param name="Layer">Whose patches are compared.</param>
/// <param name="Names">Classes, in ordinal order.</param>
/// <param name="Priors">By class: share of the anomalies, one more counted for each.</param>
/// <param name="Centres">By class: [E], unit length.</param>
/// <param name="Good">[E]: the mean good patch.</param>
/// <param name="Sharpness">Of the softmax.</param>
internal sealed record LearnedClasses(int Layer, IReadOnlyList<string> Names, double[] Priors, float[][] Centres, float[] Good, double Sharpness)
{
    public const string GoodName = "good";
    public const string UnnamedDefect = "defect";

    private const double PatchShare = 0.02;
    private static readonly double[] Sharpnesses = [0, 1, 2, 4, 8, 16];

    /// <param name="layer">Whose patches are compared.</param>
    /// <param name="images">All images of the fit.</param>
    /// <param name="model">Where it looks.</param>
    /// <param name="importance">How much the patches of an image matter, [T].</param>
    public static LearnedClasses? From(int layer, FitImage[] images, FitContext model, Func<int, float[]> importance)
    {
        int[] anomalies = [.. Enumerable.Range(0, images.Length).Where(i => images[i].IsAnomaly)];
        if (anomalies.Length == 0)
        {
            return null;
        }
        var width = images[0].Tokens.Width;
        var good = PatchRows.Mean(
            images.Where(image => !image.IsAnomaly)
                .SelectMany(image => PatchRows.Mean(model.InspectedRows(PatchRows.Unit(image.Tokens, layer, 1)), width))
                .ToArray(),
            width);
        string[] names = [.. anomalies.Select(i => Name(images[i])).Distinct().Order(StringComparer.Ordinal)];
        int[] classes = [.. anomalies.Select(i => Array.IndexOf(names, Name(images[i])))];
        float[][] descriptions =
            [.. anomalies.Select(i => Describe(PatchRows.Unit(images[i].Tokens, layer, 1), images[i].Coverage ?? model.OnlyInspected(importance(i)), good))];
        double[] priors = [.. names.Select((_, c) => (classes.Count(own => own == c) + 1.0) / (classes.Length + names.Length))];
        var made = new LearnedClasses(layer, names, priors, Centre(descriptions, classes, names.Length, -1), good, 0);
        var withoutOne = Enumerable.Range(0, descriptions.Length).Select(i => made with { Centres = Centre(descriptions, classes, names.Length, i) }).ToArray();
        return made with
        {
            Sharpness = Sharpnesses.MaxBy(
                sharpness => withoutOne.Select((model, i) => Math.Log((model with { Sharpness = sharpness }).Shares(descriptions[i])[classes[i]])).Sum()),
        };
    }

    /// <summary>Probabilities of "good" and of every class, sum 1.</summary>
    /// <param name="tokens">An image.</param>
    /// <param name="importance">How much its patches matter, [T].</param>
    /// <param name="anomalous">The probability that it is anomalous.</param>
    public IReadOnlyDictionary<string, double> Probabilities(ImageTokens tokens, float[] importance, double anomalous)
    {
        var shares = Shares(Describe(PatchRows.Unit(tokens, Layer, 1), importance, Good));
        var probabilities = new Dictionary<string, double>(StringComparer.Ordinal) { [GoodName] = 1 - anomalous };
        foreach (var (i, name) in Names.Index())
        {
            probabilities[name] = anomalous * shares[i];
        }
        return probabilities;
    }

    private double[] Shares(float[] description)
    {
        double[] odds = [.. Centres.Select((centre, i) => Math.Log(Priors[i]) + (Sharpness * TensorPrimitives.Dot<float>(centre, description)))];
        var shares = new double[odds.Length];
        TensorPrimitives.SoftMax(odds, shares);
        return shares;
    }

    private static string Name(FitImage image) => image.Class is null or "" or GoodName ? UnnamedDefect : image.Class;

    private static float[][] Centre(float[][] descriptions, int[] classes, int count, int without)
    {
        var centres = new float[count][];
        for (var c = 0; c < count; c++)
        {
            var sum = new float[descriptions[0].Length];
            for (var i = 0; i < descriptions.Length; i++)
            {
                if (classes[i] == c && i != without)
                {
                    TensorPrimitives.Add(sum, descriptions[i], sum);
                }
            }
            centres[c] = UnitVectors.Normalise(sum, sum.Length);
        }
        return centres;
    }

    private static float[] Describe(float[] rows, float[] importance, float[] good)
    {
        var width = good.Length;
        var count = Math.Max(1, (int)Math.Round(PatchShare * importance.Length));
        var mean = new float[width];
        foreach (var patch in Enumerable.Range(0, importance.Length).OrderByDescending(patch => importance[patch]).Take(count))
        {
            TensorPrimitives.Add(mean, rows.AsSpan(patch * width, width), mean);
        }
        TensorPrimitives.Divide(mean, count, mean);
        TensorPrimitives.Subtract(mean, good, mean);
        return UnitVectors.Normalise(mean, width);
    }
}
