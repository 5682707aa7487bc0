using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>What compares with good images alone: fitted once for a plan, and kept as a file that can be deleted at any time.</summary>
public sealed class GoodBanks(DataFolder data, BlobStore blobs, TokenSource source, EncoderSlots slots, IOptions<ImagesOptions> images, ILogger<GoodBanks> log)
{
    /// <summary>The scorer of a plan that has <see cref="InspectionPlan.Orientations"/>.</summary>
    /// <param name="model">Opened as the plan says.</param>
    /// <param name="regions">What is inspected; the good images fit it.</param>
    /// <param name="encoded">Told of good images that are done, perhaps by several threads at once.</param>
    /// <exception cref="RefusedInputException">A good image cannot be read, or there is none.</exception>
    public async Task<GoodScorer> OpenAsync(DetectionModel model, InspectionPlan plan, InspectionRegions regions, Action<int> encoded, CancellationToken cancel)
    {
        var file = Path.Combine(data.Cache, "good", $"{plan.ScoreIdentity}.bank");
        if (await Task.Run(() => Find(model, file), cancel) is { } kept)
        {
            return kept;
        }
        var good = new GoodImage[plan.ReferenceImages.Count];
        await Parallel.ForAsync(
            0, good.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel },
            async (i, stop) =>
            {
                var (path, sha256) = (blobs.PathOf(plan.ReferenceImages[i].Sha256), plan.ReferenceImages[i].Sha256);
                var (tokens, _) = await slots.InSlotAsync(() => source.Encode(model, path, sha256), stop);
                good[i] = model.OpenGood(path, sha256, tokens, images.Value.Limits);
                encoded(1);
            });
        var fitted = await slots.InSlotAsync(
            () => slots.WithSpareSlots(threads => model.CreateGoodScorer(good, plan.GoodOptions with { Threads = threads }, regions, progress: null, cancel)),
            cancel);
        Keep(fitted, file);
        return fitted;
    }

    private GoodScorer? Find(DetectionModel model, string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }
        try
        {
            using var stream = File.OpenRead(file);
            return model.ReadGoodScorer(stream);
        }
        catch (Exception wrong) when (wrong is RefusedInputException or IOException)
        {
            log.LogWarning("The kept bank {File} is made again: {Reason}", file, wrong.Message);
            return null;
        }
    }

    private void Keep(GoodScorer fitted, string file)
    {
        var unfinished = $"{file}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using (var stream = File.Create(unfinished))
            {
                fitted.Write(stream);
            }
            File.Move(unfinished, file, overwrite: true);
        }
        catch (IOException full)
        {
            // Without it the bank is fitted again next time.
            log.LogWarning("The bank {File} could not be kept: {Reason}", file, full.Message);
            File.Delete(unfinished);
        }
    }
}
