using System.Diagnostics;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Encodes and scores single images; runs and direct requests share its slots, so the processors are never overbooked.</summary>
/// <remarks>The calls and their order are those of <c>adclip predict</c>: the same image and good images give the same bits.</remarks>
public sealed class ImageScoring
{
    private const int KeptScorers = 4;
    private const int MostKeptTiles = 100;
    private readonly BlobStore _blobs;
    private readonly TokenCache _tokens;
    private readonly TokenSource _source;
    private readonly EncoderSlots _slots;
    private readonly ImageLimits _limits;
    private readonly Lock _lock = new();
    private readonly GoodBanks _banks;
    private readonly LinkedList<(string Key, ITokenScorer Scorer)> _scorers = [];

    public ImageScoring(BlobStore blobs, TokenCache tokens, TokenSource source, EncoderSlots slots, GoodBanks banks, IOptions<ImagesOptions> images) =>
        (_blobs, _tokens, _source, _slots, _banks, _limits) = (blobs, tokens, source, slots, banks, images.Value.Limits);

    /// <summary>Images in flight at most.</summary>
    public int Parallelism => _slots.Parallelism;

    /// <summary>Whether no image is being looked at.</summary>
    public bool IsIdle => _slots.IsIdle;

    /// <summary>What compares with a plan's texts and good images; kept for the next to ask.</summary>
    /// <param name="detector">Opened as the plan says.</param>
    /// <param name="prompts">The plan's texts; null: good images alone are compared with.</param>
    /// <param name="regions">What is inspected; the good images fit it.</param>
    /// <param name="encoded">Told of tiles that are done (an image that is looked at whole is one), perhaps by several threads at once.</param>
    /// <exception cref="Vision.RefusedInputException">A good image cannot be read, or the prompts do not fit the model.</exception>
    public async Task<ITokenScorer> ScorerAsync(
        DetectionModel detector, InspectionPlan plan, PromptSettings? prompts, InspectionRegions regions, Action<int> encoded, CancellationToken cancel)
    {
        var (key, tiles) = (plan.ScoreIdentity, plan.Tiles);
        IReadOnlyList<string> referenceSha256s = [.. plan.ReferenceImages.Select(reference => reference.Sha256)];
        if (FindScorer(key) is { } kept)
        {
            return kept;
        }
        if (prompts is null)
        {
            var good = await _banks.OpenAsync(detector, plan, regions, encoded, cancel);
            KeepScorer(key, good);
            return good;
        }
        if (tiles is not null)
        {
            var cores = await CoresAsync(detector, referenceSha256s, regions, tiles, encoded, cancel);
            var tiled = await _slots.InSlotAsync(() => detector.CreateTiledScorer(prompts, cores, regions), cancel);
            KeepScorer(key, tiled);
            return tiled;
        }
        var references = new Reference[referenceSha256s.Count];
        await Parallel.ForAsync(
            0, references.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancel },
            async (i, stop) =>
            {
                var (tokens, _) = await _slots.InSlotAsync(() => _source.Encode(detector, _blobs.PathOf(referenceSha256s[i]), referenceSha256s[i]), stop);
                references[i] = new Reference(referenceSha256s[i], tokens);
                encoded(1);
            });
        var scorer = await _slots.InSlotAsync(() => detector.CreateScorer(prompts, references, regions), cancel);
        KeepScorer(key, scorer);
        return scorer;
    }

    /// <summary>Looks at one image file; <paramref name="sha256"/> is its hash, so that it is not compared with itself.</summary>
    /// <param name="tiles">As the scorer was made with; null: the image is looked at whole.</param>
    /// <param name="looked">Told of tiles that are done, perhaps by several threads at once.</param>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read, or the inspection area does not fit it.</exception>
    public Task<Inspection> InspectAsync(
        DetectionModel detector, ITokenScorer scorer, TileSettings? tiles, string path,
        string sha256, Action<int> looked, CancellationToken cancel) => _slots.InSlotAsync(
        () =>
        {
            var begin = Stopwatch.GetTimestamp();
            CheckFits(scorer.Regions, path);
            if (tiles is not null)
            {
                // A trained detector looks at whole images: its plan has no tiles.
                var tiled = (Scorer)scorer;
                var isKept = true;
                var detection = _slots.WithSpareSlots(
                    parallelism => new TiledInspection(
                        detector, tiles, parallelism, _limits, TokensOfTiles(detector, path, tiles, () => isKept = false))
                        .Inspect(path, sha256, tiled, (_, _) => looked(1), cancel));
                return new Inspection(detection, Stopwatch.GetElapsedTime(begin).TotalMilliseconds, isKept);
            }
            var (tokens, wasCached) = _source.Encode(detector, path, sha256);
            var whole = scorer.Score(tokens, sha256);
            looked(1);
            return new Inspection(whole, Stopwatch.GetElapsedTime(begin).TotalMilliseconds, wasCached);
        },
        cancel);

    /// <summary>How long one image takes from decoding to score, its tokens neither found nor kept.</summary>
    /// <param name="tiles">As the scorer was made with; null: the image is looked at whole.</param>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read, or the inspection area does not fit it.</exception>
    public Task<double> MillisecondsAsync(
        DetectionModel detector, ITokenScorer scorer, TileSettings? tiles, string path, string sha256, CancellationToken cancel) => _slots.InSlotAsync(
        () =>
        {
            CheckFits(scorer.Regions, path);
            var begin = Stopwatch.GetTimestamp();
            if (tiles is not null)
            {
                new TiledInspection(detector, tiles, parallelism: 1, _limits).Inspect(path, sha256, (Scorer)scorer, (_, _) => { }, cancel);
            }
            else
            {
                scorer.Score(detector.EncodeFile(path, _limits), sha256);
            }
            return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        },
        cancel);

    /// <summary>The keys of all tokens that images of one size need, by SHA-256; null: so many that none are kept.</summary>
    /// <param name="tiles">How images are cut; null: each is looked at whole.</param>
    /// <exception cref="Vision.RefusedInputException">Regions that are smaller than the model can tell apart.</exception>
    public static Func<string, IEnumerable<string>>? TokenKeys(DetectionModel detector, int width, int height, TileSettings? tiles, InspectionRegions regions)
    {
        if (tiles is null)
        {
            return sha256 => [sha256];
        }
        if (TilePlan.For(width, height, tiles.Side, tiles.Overlap).Count > MostKeptTiles)
        {
            return null;
        }
        var encoded = new TiledInspection(detector, tiles, parallelism: 1).EncodedTiles(width, height, regions);
        return sha256 => encoded.Select(tile => KeyOf(sha256, tile, width, height));
    }

    // Without regions no file is opened for it.
    private void CheckFits(InspectionRegions regions, string path)
    {
        if (regions.Regions.Count > 0)
        {
            var info = ImageDecoder.Identify(path, _limits);
            regions.CheckFits(info.Width, info.Height);
        }
    }

    private async Task<CorePatches[]> CoresAsync(
        DetectionModel detector, IReadOnlyList<string> sha256s, InspectionRegions regions, TileSettings tiles, Action<int> encoded, CancellationToken cancel)
    {
        var cores = new CorePatches[sha256s.Count];
        await Parallel.ForAsync(0, cores.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancel }, async (i, stop) =>
        {
            var path = _blobs.PathOf(sha256s[i]);
            cores[i] = await _slots.InSlotAsync(
                () => _slots.WithSpareSlots(
                    parallelism => new TiledInspection(
                        detector, tiles, parallelism, _limits, TokensOfTiles(detector, path, tiles, () => { }))
                        .Reference(path, sha256s[i], TiledInspection.PatchesOfEach(cores.Length), regions, (_, _) => encoded(1), stop)),
                stop);
        });
        return cores;
    }

    // A giant image would push all others out of the cache, and its own first tiles too.
    private TileTokens? TokensOfTiles(DetectionModel detector, string path, TileSettings tiles, Action missed)
    {
        var info = ImageDecoder.Identify(path, _limits);
        if (TilePlan.For(info.Width, info.Height, tiles.Side, tiles.Overlap).Count > MostKeptTiles)
        {
            missed();
            return null;
        }
        return new TileTokens(
            (sha256, tile) =>
            {
                var found = _tokens.Find(detector.EncoderId, KeyOf(sha256, tile, info.Width, info.Height));
                if (found is null)
                {
                    missed();
                }
                return found;
            },
            (sha256, tile, tokens) => _tokens.Keep(tokens, KeyOf(sha256, tile, info.Width, info.Height)));
    }

    // A tile that is the whole image is encoded as the image is.
    private static string KeyOf(string sha256, Tile tile, int width, int height) =>
        (tile.Width, tile.Height) == (width, height) ? sha256 : $"{sha256}-{tile.Key}";

    private ITokenScorer? FindScorer(string key)
    {
        lock (_lock)
        {
            for (var node = _scorers.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _scorers.Remove(node);
                    _scorers.AddFirst(node);
                    return node.Value.Scorer;
                }
            }
            return null;
        }
    }

    private void KeepScorer(string key, ITokenScorer scorer)
    {
        lock (_lock)
        {
            _scorers.AddFirst((key, scorer));
            while (_scorers.Count > KeptScorers)
            {
                _scorers.RemoveLast();
            }
        }
    }
}

/// <summary>What came of one image.</summary>
/// <param name="Milliseconds">Decoding to score, without waiting for a slot.</param>
/// <param name="WasCached">True: the tokens were there already, so the time says nothing of the encoder.</param>
public sealed record Inspection(Detection Detection, double Milliseconds, bool WasCached);
