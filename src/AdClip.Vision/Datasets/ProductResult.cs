using AdClip.Vision.Detection;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Datasets;

/// <summary>How well a detector does on the test images of one product.</summary>
/// <param name="Images">Test images.</param>
/// <param name="Anomalies">Defective ones among them.</param>
/// <param name="Image">Every threshold on the image scores.</param>
/// <param name="Pixel">Of the maps; null if no defect is drawn.</param>
/// <param name="BoxPrecision50">Box average precision at an overlap of one half; null if no defect is drawn.</param>
/// <param name="BoxPrecision">The same, mean over overlaps .50 to .95.</param>
public sealed record ProductResult(int Images, int Anomalies, PrecisionRecallCurve Image, PixelCurve? Pixel, double? BoxPrecision50, double? BoxPrecision)
{
    private const int AtATime = 16;

    /// <summary>Measures in bounded memory: each image is scored once, and its map waits in a temporary file where boxes are asked for.</summary>
    /// <remarks>
    /// Boxes are those around 8-connected regions of the map from the pixel threshold of largest F1 on, which is known only after the last
    /// image; the score of a box is the largest value in its region. Defective images without a drawn mask count at image level only.
    /// </remarks>
    /// <param name="images">Test images of one product.</param>
    /// <param name="detect">Scores one; by several threads at once.</param>
    /// <param name="done">Called after each image.</param>
    /// <param name="boxes">Whether boxes are judged too.</param>
    /// <param name="cancel">Stops between images.</param>
    public static ProductResult Measure(
        IReadOnlyList<EncodedImage> images, Func<EncodedImage, Detection.Detection> detect,
        Action? done = null, bool boxes = true, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(detect);
        List<double> scores = [];
        var pixels = new PixelMetrics();
        using var kept = new KeptMaps();
        foreach (var chunk in images.Chunk(AtATime))
        {
            var found = new Detection.Detection[chunk.Length];
            Parallel.For(
                0, chunk.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
                i => found[i] = detect(chunk[i]));
            // Taken in their order: sums come out the same however many threads there are.
            foreach (var (image, seen) in chunk.Zip(found))
            {
                scores.Add(seen.Score);
                if (MaskOf(image, seen.Map) is { } mask)
                {
                    pixels.Add(seen.Map.Values, mask, seen.Map.Width, seen.Map.Height);
                    if (boxes)
                    {
                        kept.Add(seen.Map);
                    }
                }
                done?.Invoke();
            }
        }
        var curve = PrecisionRecallCurve.FromScores([.. scores], [.. images.Select(image => image.Image.IsAnomaly)]);
        var pixel = pixels.Images == 0 ? null : pixels.ToCurve();
        if (pixel is not { Regions: > 0, BestF1: { } best })
        {
            return new ProductResult(images.Count, (int)curve.Positives, curve, null, null, null);
        }
        if (!boxes)
        {
            return new ProductResult(images.Count, (int)curve.Positives, curve, pixel, null, null);
        }
        List<LabelledBox> labelled = [];
        List<ScoredBox> foundBoxes = [];
        foreach (var (number, (image, map)) in images.Where(image => !image.Image.IsAnomaly || image.Mask is not null).Zip(kept.Read()).Index())
        {
            cancel.ThrowIfCancellationRequested();
            labelled.AddRange(Regions(MaskOf(image, map)!, null, map.Width, map.Height).Select(box => box.Box with { Image = number }));
            byte[] above = [.. map.Values.Select(value => value >= best.Threshold ? (byte)1 : (byte)0)];
            foundBoxes.AddRange(Regions(above, map.Values, map.Width, map.Height).Select(box => box with { Box = box.Box with { Image = number } }));
        }
        var precision = new BoxAveragePrecision(labelled, foundBoxes);
        return new ProductResult(
            images.Count, (int)curve.Positives, curve, pixel,
            precision.Precision([0.5], AreaRange.All), precision.Precision(BoxAveragePrecision.CocoOverlaps, AreaRange.All));
    }

    private static byte[]? MaskOf(EncodedImage image, AnomalyMap map) => image.Image.IsAnomaly ? image.Mask : new byte[map.Values.Length];

    private static List<ScoredBox> Regions(byte[] mask, float[]? map, int width, int height)
    {
        var regions = DefectRegions.Find(mask, width, height);
        var labels = regions.Labels.Span;
        var edges = new (int Left, int Top, int Right, int Bottom, float Most)[regions.Sizes.Count];
        Array.Fill(edges, (width, height, -1, -1, 0));
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                ref var edge = ref edges[labels[i]];
                var (x, y) = (i % width, i / width);
                edge = (Math.Min(edge.Left, x), Math.Min(edge.Top, y), Math.Max(edge.Right, x), Math.Max(edge.Bottom, y), Math.Max(edge.Most, map?[i] ?? 0));
            }
        }
        return [.. edges.Select(
            edge => new ScoredBox(new LabelledBox(0, 0, edge.Left, edge.Top, edge.Right - edge.Left + 1, edge.Bottom - edge.Top + 1), edge.Most))];
    }
}
