using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training.Splits;

/// <summary>What somebody wishes of a split.</summary>
/// <param name="TestShare">Share of the images of each label and class that is kept for judging, above 0 and below 1.</param>
/// <param name="Seed">The same gives the same.</param>
/// <param name="Anew">Images that have a split are divided, too; else they keep it.</param>
public sealed record SplitWish(double TestShare = 0.3, int Seed = 1, bool Anew = false);

/// <summary>One label, or one class of defects, of a proposal.</summary>
/// <param name="Label">Good or anomaly.</param>
/// <param name="Class">Of an anomaly; null: good, or nobody said.</param>
public sealed record SplitRow(ImageLabel Label, string? Class, int Train, int Test);

/// <summary>A proposal that nobody has applied yet.</summary>
/// <param name="Splits">Of every labelled image.</param>
/// <param name="Changed">Images that would get another split than they have.</param>
/// <param name="Unlabelled">Images without a label: they stay as they are.</param>
/// <param name="Groups">Groups of nearly the same picture.</param>
/// <param name="Unseen">Labelled images that the encoder has not seen, so nobody knows whether they are nearly the same as others.</param>
public sealed record SplitPreview(
    IReadOnlyDictionary<Guid, ImageSplit> Splits, IReadOnlyList<SplitRow> Rows, int Changed, int Unlabelled, int Groups, int Unseen)
{
    public int Train => Rows.Sum(row => row.Train);

    public int Test => Rows.Sum(row => row.Test);
}

/// <summary>Proposes which labelled images are learned from and which are kept for judging; changes nothing itself.</summary>
public sealed class SplitPlanner(IDbContextFactory<PortalDb> dbs, ImageTraits traits, ModelCatalog catalog, DetectorPool detectors)
{
    public async Task<SplitPreview> ProposeAsync(Guid projectId, SplitWish wish, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var present = db.Set<ImageRecord>().AsNoTracking().Where(image => image.ProjectId == projectId && image.DeletedAt == null);
        var rows = await present
            .Where(image => image.Label != ImageLabel.Unlabelled)
            .OrderBy(image => image.Sha256)
            .Select(image => new { image.Id, image.Sha256, image.Label, image.FolderClass, image.Split })
            .ToListAsync(cancel);
        var unlabelled = await present.CountAsync(cancel) - rows.Count;
        var classes = (await db.Set<ClassTally>().AsNoTracking().Where(tally => tally.ProjectId == projectId).ToListAsync(cancel))
            .GroupBy(tally => tally.ImageId)
            .ToDictionary(tallies => tallies.Key, MainClass);
        string? ClassOf(Guid id, ImageLabel label, string? folder) => label == ImageLabel.Anomaly ? classes.GetValueOrDefault(id) ?? folder : null;
        var images = rows.ConvertAll(row => (row.Id, row.Sha256, row.Label, Class: ClassOf(row.Id, row.Label, row.FolderClass), row.Split));
        var tokens = await TokensAsync(projectId, [.. images.Select(image => image.Sha256)], cancel);
        // By content, so that the same images give the same proposal in another project or after another upload.
        var proposed = await Task.Run(
            () => SplitProposal.Propose(
                images.ConvertAll(image => new SplitImage
                {
                    Id = image.Sha256,
                    Stratum = $"{image.Label}/{image.Class}",
                    ClassToken = tokens.GetValueOrDefault(image.Sha256),
                    Settled = wish.Anew ? null : image.Split switch
                    {
                        ImageSplit.Train => DataSplit.Training,
                        ImageSplit.Test => DataSplit.Test,
                        _ => null,
                    },
                }),
                wish.TestShare, wish.Seed, cancel),
            cancel);
        ImageSplit SplitOf(string sha256) => proposed.Splits[sha256] == DataSplit.Test ? ImageSplit.Test : ImageSplit.Train;
        return new SplitPreview(
            images.ToDictionary(image => image.Id, image => SplitOf(image.Sha256)),
            [.. images.GroupBy(image => (image.Label, image.Class))
                .OrderBy(group => group.Key.Label)
                .ThenBy(group => group.Key.Class, StringComparer.Ordinal)
                .Select(group => new SplitRow(
                    group.Key.Label, group.Key.Class,
                    group.Count(image => SplitOf(image.Sha256) == ImageSplit.Train),
                    group.Count(image => SplitOf(image.Sha256) == ImageSplit.Test)))],
            images.Count(image => SplitOf(image.Sha256) != image.Split),
            unlabelled, proposed.Groups.Count, images.Count - proposed.Compared);
    }

    /// <summary>Class of most of the shapes, the first by name among equals.</summary>
    private static string MainClass(IEnumerable<ClassTally> tallies) =>
        tallies.OrderByDescending(tally => tally.Shapes).ThenBy(tally => tally.ClassName, StringComparer.Ordinal).First().ClassName;

    /// <summary>What the encoder said of the images, as far as it has seen them; encodes nothing.</summary>
    private async Task<IReadOnlyDictionary<string, float[]>> TokensAsync(Guid projectId, IReadOnlyList<string> sha256s, CancellationToken cancel)
    {
        try
        {
            var model = await catalog.DefaultAsync(projectId, cancel);
            string encoderId;
            using (var lease = await detectors.RentAsync(model.Id, null, cancel))
            {
                encoderId = lease.Detector.EncoderId;
            }
            return await Task.Run(() => traits.Tokens(encoderId, sha256s, SplitProposal.MostCompared, cancel), cancel);
        }
        catch (RefusedInputException)
        {
            // Without a model that opens, images are divided as if none were nearly the same; the preview says how many were not compared.
            return new Dictionary<string, float[]>();
        }
    }
}
