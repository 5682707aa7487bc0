using System.Collections.Concurrent;
using AdClip.Vision.Imaging;
using AdClip.Vision.Imaging.Tiles;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.Tiles;

/// <summary>Looks at large images tile by tile, so that small defects keep their pixels and memory stays bounded.</summary>
/// <remarks>
/// The file is streamed; each tile is encoded, scored and dropped, only its patch values stay. The image's scores are those of
/// its most abnormal tile: they mean what a score of an untiled image means, whatever the number of tiles. Results do not depend
/// on <paramref name="parallelism"/>. Safe for concurrent calls.
/// </remarks>
/// <param name="detector">The model.</param>
/// <param name="settings">How images are cut.</param>
/// <param name="parallelism">Tiles in flight at most.</param>
/// <param name="limits">What is accepted.</param>
/// <param name="cache">Where tokens of tiles are kept; null: nowhere.</param>
public sealed class TiledInspection(DetectionModel detector, TileSettings settings, int parallelism, ImageLimits? limits = null, TileTokens? cache = null)
{
    /// <summary>Most patches that all good images together keep in a layer; more make the search slower than the encoder.</summary>
    public const int MostReferencePatches = 10_000;

    private const int LeastPatchesOfImage = 16;

    /// <summary>The tiles of a picture file, from its header alone.</summary>
    /// <exception cref="RefusedInputException">Not a picture that can be read, or settings that cannot be used.</exception>
    public TilePlan Plan(string file) => Plan(file, settings.Overlap);

    /// <summary>The tiles of an image of this size that the encoder looks at; those wholly outside the regions it need not.</summary>
    /// <exception cref="RefusedInputException">Settings that cannot be used, or regions smaller than a cell of the map.</exception>
    public IReadOnlyList<Tile> EncodedTiles(int imageWidth, int imageHeight, InspectionRegions? regions = null)
    {
        var plan = TilePlan.For(imageWidth, imageHeight, settings.Side, settings.Overlap);
        var area = plan.Count == 1 ? null : Area(plan, regions);
        return [.. Enumerable.Range(0, plan.Count).Where(tile => area?.IsOutside(tile) != true).Select(tile => plan[tile])];
    }

    /// <summary>What each of so many good images may keep, so that together they stay within <see cref="MostReferencePatches"/>.</summary>
    public static int PatchesOfEach(int references) => Math.Max(LeastPatchesOfImage, MostReferencePatches / Math.Max(1, references));

    /// <summary>The patches that stand for a good image: its tiles side by side, thinned by <see cref="Coreset"/>.</summary>
    /// <remarks>
    /// Each image is thinned on its own, so leaving one out leaves the others whole, and its patches depend on nothing but itself.
    /// </remarks>
    /// <param name="file">A picture file.</param>
    /// <param name="sha256">Its hash.</param>
    /// <param name="keep">Most patches kept in a layer.</param>
    /// <param name="regions">What is inspected; patches outside are not kept. Null: everything.</param>
    /// <param name="progress">Told tiles done and tiles in all, by several threads at once.</param>
    /// <param name="cancel">Stops between tiles.</param>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public CorePatches Reference(
        string file, string sha256, int keep, InspectionRegions? regions = null, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        var width = detector.Model.Shape.TokenWidth;
        var cores = detector.FewShotLayers.ToDictionary(layer => layer, _ => new Coreset(width, keep));
        var waiting = new Dictionary<int, ImageTokens?>();
        var next = 0;
        var plan = Plan(file, overlap: 0);
        var area = Area(plan, regions);
        Each(file, sha256, plan, area, (tile, tokens) =>
        {
            // Thinning depends on the order, so tiles that are ready early wait for their turn.
            lock (waiting)
            {
                for (waiting.Add(tile, tokens); waiting.Remove(next, out var turn); next++)
                {
                    if (turn is null)
                    {
                        continue;
                    }
                    foreach (var (layer, core) in cores)
                    {
                        var rows = UnitVectors.Normalise(turn.Patches(layer), width);
                        core.Add(area is null ? rows : area.InspectedRows(next, rows));
                    }
                }
            }
        }, progress, cancel);
        return new CorePatches(sha256, detector.EncoderId, width, cores.ToDictionary(pair => pair.Key, pair => pair.Value.Rows()));
    }

    /// <summary>Where an image looks abnormal, with a map of the whole image.</summary>
    /// <param name="file">A picture file.</param>
    /// <param name="sha256">Its hash, so that it is not compared with itself; null if unknown.</param>
    /// <param name="scorer">Made by the same detector, from good images cut alike.</param>
    /// <param name="progress">Told tiles done and tiles in all, by several threads at once.</param>
    /// <param name="cancel">Stops between tiles.</param>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public Detection Inspect(string file, string? sha256, Scorer scorer, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        var plan = Plan(file);
        var tiles = new PatchDetection?[plan.Count];
        Detection? whole = null;
        // One tile is the whole image, for which the scorer itself knows the regions.
        var area = plan.Count == 1 ? null : Area(plan, scorer.Regions);
        Each(file, sha256, plan, area, (tile, tokens) =>
        {
            if (tokens is null)
            {
                return;
            }
            if (plan.Count == 1)
            {
                whole = scorer.Score(tokens, sha256);
            }
            else
            {
                tiles[tile] = scorer.ScorePatches(tokens, sha256, area?.Coverage(tile));
            }
        }, progress, cancel);
        if (whole is not null)
        {
            return whole;
        }
        // Of equal tiles the first: the outcome does not depend on which thread was faster.
        var worst = tiles.MaxBy(tile => tile?.Score)!;
        var sigmaPatches = scorer.SigmaInputPixels * Grid / detector.Model.ImageSize;
        float[][] patches = [.. tiles.Select(tile => tile?.Patches ?? new float[Grid * Grid])];
        var map = area is null ? TileMap.Merge(plan, patches, Grid, sigmaPatches) : area.Map(patches, sigmaPatches);
        return new Detection(worst.Score, worst.ZeroShotScore, worst.FewShotScore, worst.ClassProbability, map);
    }

    private int Grid => detector.Grid;

    private TiledArea? Area(TilePlan plan, InspectionRegions? regions)
        => regions is { Regions.Count: > 0 } ? new TiledArea(regions, plan, Grid) : null;

    private TilePlan Plan(string file, double overlap)
    {
        var info = ImageDecoder.Identify(file, limits);
        return TilePlan.For(info.Width, info.Height, settings.Side, overlap);
    }

    private void Each(
        string file, string? sha256, TilePlan plan, TiledArea? area, Action<int, ImageTokens?> take, Action<int, int>? progress, CancellationToken cancel)
    {
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancel };
        if (plan.Count == 1)
        {
            take(0, Tokens(sha256, plan[0], () => detector.EncodeFile(file, limits)));
            progress?.Invoke(1, 1);
            return;
        }
        try
        {
            // One thread at a time decodes; nothing is read ahead of the tiles in flight.
            Parallel.ForEach(
                Partitioner.Create(TilePictures.Read(file, plan, detector.Model.ImageSize, limits), EnumerablePartitionerOptions.NoBuffering),
                options,
                tile =>
                {
                    cancel.ThrowIfCancellationRequested();
                    // A tile wholly outside the regions need not be encoded.
                    take(tile.Index, area?.IsOutside(tile.Index) == true
                        ? null
                        : Tokens(sha256, plan[tile.Index], () => detector.Encode(detector.Input.Apply(tile.Picture))));
                    progress?.Invoke(Interlocked.Increment(ref done), plan.Count);
                });
        }
        catch (AggregateException several)
        {
            // Tiles fail alike; the first to fail speaks for them.
            throw several.Flatten().InnerExceptions[0];
        }
    }

    private ImageTokens Tokens(string? sha256, Tile tile, Func<ImageTokens> encode)
    {
        if (cache is null || sha256 is null)
        {
            return encode();
        }
        if (cache.Find(sha256, tile) is { } found)
        {
            return found;
        }
        var tokens = encode();
        cache.Keep(sha256, tile, tokens);
        return tokens;
    }
}
