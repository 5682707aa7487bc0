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

    /// <summary>Measures in bounded memory: maps are looked at and thrown away.</summary>
    /// <remarks>
    /// One pass gives all but the boxes. Boxes are those around 8-connected regions of the map from the pixel threshold of
    /// largest F1 on, which is known only then, so that the maps are made again for them; the score of a box is the largest
    /// value in its region. Defective images without a drawn mask count at image level only.
    /// </remarks>
    /// <param name="images">Test images of one product.</param>
    /// <param name="detect">Scores one; by several threads at once.</param>
    /// <param name="done">Called after each image and pass.</param>
    /// <param name="cancel">Stops between images.</param>
    public static ProductResult Measure(IReadOnlyList<EncodedImage> images, Func<EncodedImage, Detection.Detection> detect, Action? done = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(detect);
        List<double> scores = [];
        var pixels = new PixelMetrics();
        Each(images, image =>
        {
            var detection = detect(image);
            return (detection.Score, detection.Map);
        }, (image, seen) =>
        {
            scores.Add(seen.Score);
            if (MaskOf(image, seen.Map) is { } mask)
            {
                pixels.Add(seen.Map.Values, mask, seen.Map.Width, seen.Map.Height);
            }
        }, done, cancel);

        var curve = PrecisionRecallCurve.FromScores([.. scores], [.. images.Select(image => image.Image.IsAnomaly)]);
        var pixel = pixels.Images == 0 ? null : pixels.ToCurve();
        if (pixel is not { Regions: > 0, BestF1: { } best })
        {
            return new ProductResult(images.Count, (int)curve.Positives, curve, null, null, null);
        }
        List<LabelledBox> labelled = [];
        List<ScoredBox> found = [];
        var number = 0;
        Each(images, image =>
        {
            var map = detect(image).Map;
            return (Labelled: MaskOf(image, map) is { } mask ? Regions(mask, null, map.Width, map.Height) : null,
                Found: Regions([.. map.Values.Select(value => value >= best.Threshold ? (byte)1 : (byte)0)], map.Values, map.Width, map.Height));
        }, (_, seen) =>
        {
            if (seen.Labelled is { } boxes)
            {
                labelled.AddRange(boxes.Select(box => box.Box with { Image = number }));
                found.AddRange(seen.Found.Select(box => box with { Box = box.Box with { Image = number } }));
            }
            number++;
        }, done, cancel);
        var precision = new BoxAveragePrecision(labelled, found);
        return new ProductResult(
            images.Count, (int)curve.Positives, curve, pixel,
            precision.Precision([0.5], AreaRange.All), precision.Precision(BoxAveragePrecision.CocoOverlaps, AreaRange.All));
    }

    // Several at once, taken in their order: sums come out the same however many threads there are.
    private static void Each<T>(IReadOnlyList<EncodedImage> images, Func<EncodedImage, T> look, Action<EncodedImage, T> take, Action? done, CancellationToken cancel)
    {
        foreach (var chunk in images.Chunk(AtATime))
        {
            var seen = new T[chunk.Length];
            Parallel.For(0, chunk.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i => seen[i] = look(chunk[i]));
            for (var i = 0; i < chunk.Length; i++)
            {
                take(chunk[i], seen[i]);
                done?.Invoke();
            }
        }
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
        return [.. edges.Select(edge => new ScoredBox(new LabelledBox(0, 0, edge.Left, edge.Top, edge.Right - edge.Left + 1, edge.Bottom - edge.Top + 1), edge.Most))];
    }
}
