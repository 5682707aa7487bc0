namespace AdClip.Vision.Detection.GoodImages;

/// <summary>In which orientations good images are taken, and why.</summary>
internal sealed record OrientationFinding(OrientationChoice Orientations, OrientationReason Reason, double? AngleGain, double? FlipRatio);

/// <summary>Chooses, from good images alone, whether they are turned or mirrored before others are compared with them.</summary>
/// <remarks>
/// m(A, B) is the mean distance of A's patches to their nearest in B. Angle gain: 1 - (mean over pairs of the least m(A, turned B) over 16 angles) /
/// (mean over pairs of m(A, B)). Flip ratio: the largest, over both mirrorings and half a turn, of (mean of m(A, turned B)) / (mean of
/// m(A, B)). Pairs are all of the first five images, so the time is bounded. Limits: our own measurements (0026-good-images.md).
/// </remarks>
internal static class Orientations
{
    private const int MostImages = 5;
    private const double LeastGain = 0.06;
    private const double MostRatio = 1.05;
    private const int ManyImages = 100;

    /// <summary>The orientations of a choice that is not <see cref="OrientationChoice.Auto"/>, upright first.</summary>
    public static IReadOnlyList<Orientation> Of(OrientationChoice choice) => choice switch
    {
        OrientationChoice.None => [Orientation.Upright],
        OrientationChoice.Flips => Orientation.Flips,
        OrientationChoice.Rotations => Orientation.Rotations,
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "not chosen yet"),
    };

    /// <summary>The choice.</summary>
    /// <param name="patches">Of good images; those that are looked at in several orientations stay kept in it.</param>
    /// <param name="asked">What is wanted.</param>
    /// <param name="progress">From 0 to 1.</param>
    public static OrientationFinding Choose(GoodPatches patches, OrientationChoice asked, Action<double>? progress = null)
    {
        if (asked != OrientationChoice.Auto)
        {
            return new OrientationFinding(asked, OrientationReason.AskedFor, null, null);
        }
        if (patches.Images == 1)
        {
            return new OrientationFinding(OrientationChoice.None, OrientationReason.OneImage, null, null);
        }
        var images = Math.Min(patches.Images, MostImages);
        var turned = Means(patches, images, Orientation.Rotations, done => progress?.Invoke(done * 0.9));
        var gain = AngleGain(turned);
        if (gain > LeastGain)
        {
            return new OrientationFinding(OrientationChoice.Rotations, OrientationReason.Turning, gain, null);
        }
        if (patches.Images >= ManyImages)
        {
            return new OrientationFinding(OrientationChoice.None, OrientationReason.ManyImages, gain, null);
        }
        var ratio = FlipRatio(Means(patches, images, Orientation.Flips, null));
        return ratio < MostRatio
            ? new OrientationFinding(OrientationChoice.Flips, OrientationReason.Symmetric, gain, ratio)
            : new OrientationFinding(OrientationChoice.None, OrientationReason.OneOrientation, gain, ratio);
    }

    /// <param name="means">m by pair and orientation, upright first.</param>
    internal static double AngleGain(IReadOnlyList<double[]> means) => 1 - (means.Average(pair => pair.Min()) / means.Average(pair => pair[0]));

    /// <param name="means">m by pair and orientation, upright first.</param>
    internal static double FlipRatio(IReadOnlyList<double[]> means)
        => Enumerable.Range(1, means[0].Length - 1).Max(i => means.Average(pair => pair[i])) / means.Average(pair => pair[0]);

    /// <summary>m(A, turned B) for all pairs of the first images, and all orientations.</summary>
    internal static IReadOnlyList<double[]> Means(GoodPatches patches, int images, IReadOnlyList<Orientation> orientations, Action<double>? progress)
    {
        var means = new double[images, images, orientations.Count];
        var asTheyAre = patches.Keep([.. Enumerable.Range(0, images).Select(image => (image, Orientation.Upright))]);
        float[][] upright = [.. asTheyAre.Select(rows => PatchLayers.Wide(rows))];
        for (var i = 0; i < images; i++)
        {
            var b = i;
            var turned = patches.Keep([.. orientations.Select(orientation => (b, orientation))]);
            patches.ForEach(turned.Length, o =>
            {
                var index = turned[o].Length == 0 ? null : new PatchIndex(PatchLayers.Wide(turned[o]), patches.Width);
                for (var a = 0; a < images; a++)
                {
                    if (a != b)
                    {
                        // What cannot be compared is no better than anything else.
                        means[a, b, o] = index is null ? double.PositiveInfinity : index.Distances(upright[a]).Average(distance => (double)distance);
                    }
                }
            });
            progress?.Invoke((i + 1.0) / images);
        }
        return [.. from a in Enumerable.Range(0, images)
                   from b in Enumerable.Range(0, images)
                   where a != b
                   select (double[])[.. Enumerable.Range(0, orientations.Count).Select(o => means[a, b, o])]];
    }
}
