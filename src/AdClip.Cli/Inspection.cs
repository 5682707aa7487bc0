using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Cli;

/// <summary>How <c>predict</c> looks at images: whole, or in tiles.</summary>
internal interface IInspection
{
    /// <summary>Takes in the prompts and the good images, whose hashes are given in their order.</summary>
    void Learn(PromptSettings prompts, IReadOnlyList<ImageFile> good, IReadOnlyList<string> sha256s, CancellationToken cancel);

    /// <summary>Calls <paramref name="take"/> for each image with what looks at it, once its hash is given; perhaps by several threads at once.</summary>
    void Each(IReadOnlyList<ImageFile> images, Action<int, Func<string, Detection>> take, CancellationToken cancel);
}

/// <summary>Each image squashed to the model's square; as many images at a time as there are processors.</summary>
/// <param name="detector">Encodes.</param>
/// <param name="regions">What is inspected.</param>
/// <param name="alone">How images are compared with good ones alone; null: with the prompts too.</param>
internal sealed class WholeInspection(DetectionModel detector, InspectionRegions regions, GoodOptions? alone) : IInspection
{
    private ITokenScorer? _scorer;

    /// <summary>What was found out about the good images; null where the prompts are compared with.</summary>
    public GoodFitReport? Report => (_scorer as GoodScorer)?.Report;

    public void Learn(PromptSettings prompts, IReadOnlyList<ImageFile> good, IReadOnlyList<string> sha256s, CancellationToken cancel)
    {
        var bank = new GoodImage[good.Count];
        ForEach("good images", good.Count, i =>
        {
            RegionsFile.CheckFits(regions, good[i].Path);
            bank[i] = detector.OpenGood(good[i].Path, sha256s[i]);
        }, cancel);
        _scorer = alone is null
            ? detector.CreateScorer(prompts, [.. bank.Select(image => new Reference(image.Sha256, image.Upright))], regions)
            : detector.CreateGoodScorer(bank, alone, regions, cancel: cancel);
    }

    public void Each(IReadOnlyList<ImageFile> images, Action<int, Func<string, Detection>> take, CancellationToken cancel)
        => ForEach("images", images.Count, i => take(i, sha256 =>
        {
            RegionsFile.CheckFits(regions, images[i].Path);
            return _scorer!.Score(detector.EncodeFile(images[i].Path), sha256);
        }), cancel);

    private static void ForEach(string what, int count, Action<int> work, CancellationToken cancel)
    {
        using var progress = new Progress(what, count);
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i =>
            {
                work(i);
                progress.Step();
            });
        }
        catch (AggregateException several)
        {
            throw several.Flatten().InnerExceptions[0];
        }
    }
}

/// <summary>Tile by tile; one image after the other, so that only one is held, with as many tiles at a time as there are processors.</summary>
internal sealed class TileInspection(DetectionModel detector, TileSettings settings, InspectionRegions regions) : IInspection
{
    private readonly TiledInspection _tiles = new(detector, settings, Environment.ProcessorCount);
    private Scorer? _scorer;

    public void Learn(PromptSettings prompts, IReadOnlyList<ImageFile> good, IReadOnlyList<string> sha256s, CancellationToken cancel)
    {
        var bank = new CorePatches[good.Count];
        foreach (var (i, image) in good.Index())
        {
            using var progress = new Progress($"tiles of good image {i + 1} of {good.Count}", 0);
            RegionsFile.CheckFits(regions, image.Path);
            bank[i] = _tiles.Reference(image.Path, sha256s[i], TiledInspection.PatchesOfEach(good.Count), regions, progress.Report, cancel);
        }
        _scorer = detector.CreateTiledScorer(prompts, bank, regions);
    }

    public void Each(IReadOnlyList<ImageFile> images, Action<int, Func<string, Detection>> take, CancellationToken cancel)
    {
        foreach (var (i, image) in images.Index())
        {
            cancel.ThrowIfCancellationRequested();
            using var progress = new Progress($"tiles of image {i + 1} of {images.Count}", 0);
            take(i, sha256 =>
            {
                RegionsFile.CheckFits(regions, image.Path);
                return _tiles.Inspect(image.Path, sha256, _scorer!, progress.Report, cancel);
            });
        }
    }
}
