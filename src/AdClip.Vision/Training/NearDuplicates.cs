using System.Numerics.Tensors;

namespace AdClip.Vision.Training;

/// <summary>Finds images that are nearly the same picture, by what an encoder says of each as a whole.</summary>
public static class NearDuplicates
{
    /// <summary>Two images are nearly the same picture when they are this much nearer than neighbours usually are.</summary>
    /// <remarks>
    /// Images of one product are alike: a fixed cosine would call all of them duplicates, or none. Relative to the median distance
    /// of an image to its nearest other one, a copy saved again, scaled or cut by a few pixels stands out.
    /// </remarks>
    public const double DuplicatePart = 0.1;

    /// <summary>Distance (1 - cosine) at or below which two images are the same picture whatever the others are.</summary>
    public const double SamePicture = 1e-5;

    /// <summary>Compares each two images; takes time quadratic in their number.</summary>
    /// <param name="tokens">[n][E]: the class token of each image.</param>
    /// <param name="cancel">Ends the comparison early.</param>
    /// <returns>Pairs (earlier, later, 1 - cosine) in the order of the images, and the usual distance of neighbours; 0 for fewer than two images.</returns>
    public static (IReadOnlyList<(int First, int Second, double Distance)> Pairs, double UsualDistance) Find(
        IReadOnlyList<float[]> tokens, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count < 2)
        {
            return ([], 0);
        }
        var distances = Distances(tokens, cancel);
        var nearest = new double[tokens.Count];
        Array.Fill(nearest, double.PositiveInfinity);
        for (var i = 1; i < distances.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                nearest[i] = Math.Min(nearest[i], distances[i][j]);
                nearest[j] = Math.Min(nearest[j], distances[i][j]);
            }
        }
        Array.Sort(nearest);
        var usual = nearest[nearest.Length / 2];
        var bound = Math.Max(SamePicture, DuplicatePart * usual);
        List<(int, int, double)> pairs = [];
        for (var i = 1; i < distances.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (distances[i][j] <= bound)
                {
                    pairs.Add((j, i, distances[i][j]));
                }
            }
        }
        return (pairs, usual);
    }

    /// <summary>1 - cosine of each two class tokens: row i holds its distances to the images before it.</summary>
    private static float[][] Distances(IReadOnlyList<float[]> tokens, CancellationToken cancel)
    {
        float[][] units = [.. tokens.Select(Unit)];
        var rows = new float[units.Length][];
        for (var i = 0; i < units.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            rows[i] = new float[i];
            for (var j = 0; j < i; j++)
            {
                // Half the squared difference of unit vectors is 1 - cosine, without its cancellation for near copies.
                var distance = TensorPrimitives.Distance(units[i], units[j]);
                rows[i][j] = distance * distance / 2;
            }
        }
        return rows;
    }

    private static float[] Unit(float[] token)
    {
        var unit = new float[token.Length];
        var norm = TensorPrimitives.Norm(token);
        TensorPrimitives.Divide(token, norm > 0 ? norm : 1, unit);
        return unit;
    }
}
