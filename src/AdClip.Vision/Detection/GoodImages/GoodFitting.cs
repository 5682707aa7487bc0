using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.Subspace;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Makes a <see cref="GoodScorer"/> of good images.</summary>
/// <remarks>
/// The order of the images does not count, nor does the number of threads: images are taken in the order of their hashes. Components are
/// those of all patches, before any is left out.
/// </remarks>
internal static class GoodFitting
{
    private const int MostMeasured = 8;
    private const double UsualShare = 0.99;

    // Of unit rows of natural pictures; only where there is no second image to measure it.
    private const double UsualOfOneImage = 0.4;

    public static GoodScorer Fit(
        IReadOnlyList<GoodImage> good, GoodOptions options, FitContext model, IProgress<double>? progress, CancellationToken cancel)
    {
        GoodImage[] images = [.. good
            .DistinctBy(image => image.Sha256, StringComparer.OrdinalIgnoreCase)
            .OrderBy(image => image.Sha256, StringComparer.OrdinalIgnoreCase)];
        var layers = new PatchLayers(model);
        var patches = new GoodPatches(images, layers, options.Threads, cancel);
        var choosing = options.Orientations == OrientationChoice.Auto && images.Length > 1 ? 0.4 : 0;
        var finding = Orientations.Choose(patches, options.Orientations, done => progress?.Report(choosing * done));
        var orientations = Orientations.Of(finding.Orientations);

        var moments = new PatchMoments(patches.Width);
        var buffer = new PatchBuffer(patches.Width, options.MostPatches, cancel);
        (int Image, Orientation Orientation)[] wanted =
            [.. from image in Enumerable.Range(0, images.Length) from orientation in orientations select (image, orientation)];
        var done = 0;
        foreach (var chunk in wanted.Chunk(patches.Threads))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var ((image, _), rows) in chunk.Zip(patches.Take(chunk)))
            {
                moments.Add(rows);
                buffer.Add(image, rows);
            }
            done += chunk.Length;
            progress?.Report(choosing + ((0.9 - choosing) * done / wanted.Length));
        }
        patches.Clear();
        if (moments.Count < 2)
        {
            throw new RefusedInputException(
                RefusalCode.RegionsTooSmall,
                $"The inspection area is smaller than what the model can tell apart on its input of {model.Side} x {model.Side} pixels: draw a larger one.",
                model.Side, model.Side);
        }
        var subspace = GoodSubspace.Of(moments, options.Components);
        var (kept, owners) = buffer.Finish();
        progress?.Report(0.97);
        var bank = new GoodBank(
            subspace.Apply(kept), subspace.Count, [.. images.Select((image, i) => new GoodBankImage(image.Sha256, owners.Count(owner => owner == i)))]);
        var (usual, steepness) = MapScale(images, layers, subspace, bank);
        var report = new GoodFitReport
        {
            Orientations = finding.Orientations,
            Reason = finding.Reason,
            AngleGain = finding.AngleGain,
            FlipRatio = finding.FlipRatio,
            Images = images.Length,
            PatchesSeen = moments.Count,
            PatchesKept = bank.Count,
            Components = subspace.Count,
            ExplainedVariance = subspace.Explained,
            UsualDistance = usual,
            Steepness = steepness,
        };
        progress?.Report(1);
        return new GoodScorer(layers, subspace, bank, report);
    }

    // Of some of the images, each compared with the others.
    private static (double Usual, int Steepness) MapScale(GoodImage[] images, PatchLayers layers, GoodSubspace subspace, GoodBank bank)
    {
        var step = (images.Length + MostMeasured - 1) / MostMeasured;
        float[] distances = [.. images.Where((_, i) => i % step == 0).SelectMany(
            image => bank.Distances(subspace.Apply(PatchLayers.Wide(layers.Learnable(image.Upright, Orientation.Upright))), image.Sha256) ?? [])];
        Array.Sort(distances);
        var usual = distances.Length == 0 ? 0 : distances[(int)(UsualShare * (distances.Length - 1))];
        if (usual <= 0)
        {
            return (UsualOfOneImage, GoodFitReport.LeastSteepness);
        }
        // (typical / usual)^p / ((typical / usual)^p + 1) = a tenth.
        var power = Math.Log(9) / Math.Log(usual / distances[distances.Length / 2]);
        return (usual, (int)Math.Round(Math.Clamp(double.IsNaN(power) ? 0 : power, GoodFitReport.LeastSteepness, GoodFitReport.MostSteepness)));
    }
}
