using System.IO.Compression;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Images;

/// <summary>Takes files into a project: streamed to disk and hashed on the way, decoded once to find out whether they are intact.</summary>
/// <remarks>
/// A file is confirmed only when both its blob and its row are on disk. The same file sent again is a duplicate with the same
/// id, so a client whose connection broke simply sends everything again.
/// </remarks>
public sealed class ImageUpload(
    BlobStore blobs,
    DerivedImages derived,
    IDbContextFactory<PortalDb> dbs,
    IImageArrivalHandler arrivals,
    TimeProvider clock,
    IOptions<ImagesOptions> options) : IDisposable
{
    private const double ExtremeAspectRatio = 8;
    private const byte DarkLevel = 32;

    /// <summary>One row at a time: of two requests with the same bytes the second finds the first one's row.</summary>
    private readonly SemaphoreSlim _rows = new(1);

    public void Dispose() => _rows.Dispose();

    /// <summary>Stores one file: an image, a mask in an MVTec folder, or an archive of them.</summary>
    /// <param name="projectId">The project, which the caller may add to.</param>
    /// <param name="userId">Who uploads.</param>
    /// <param name="givenPath">Name as it came, with folders if there were any.</param>
    /// <param name="content">The bytes, read once.</param>
    /// <param name="cancel">Stops before anything is confirmed.</param>
    public async Task<UploadOutcome> TakeAsync(Guid projectId, Guid userId, string? givenPath, Stream content, CancellationToken cancel)
    {
        UploadPath path;
        try
        {
            path = UploadPath.Read(givenPath);
        }
        catch (RefusedInputException refusal)
        {
            return UploadOutcome.Refuse(Unreadable(givenPath), UploadKind.Image, refusal);
        }
        var head = new byte[ImageDecoder.HeadLength];
        head = head[..await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel)];
        if (!IsArchive(head))
        {
            return await TakeFileAsync(projectId, userId, path, head, content, cancel);
        }
        await using var incoming = blobs.Begin();
        try
        {
            await incoming.WriteAsync(head, cancel);
            await incoming.ReceiveAsync(content, options.Value.MaxRequestMebibytes * 1024L * 1024L, cancel);
            await incoming.FlushAsync(cancel);
            var entries = await TakeArchiveAsync(projectId, userId, incoming.Path, cancel);
            var took = entries.Any(entry => entry.Result is UploadResult.Accepted or UploadResult.Duplicate);
            return new UploadOutcome(path, UploadKind.Archive, took ? UploadResult.Accepted : UploadResult.Refused)
            {
                Entries = entries,
                Refusal = took ? null : entries.FirstOrDefault(entry => entry.Refusal is not null)?.Refusal ?? NoPictures(),
            };
        }
        catch (RefusedInputException refusal)
        {
            return UploadOutcome.Refuse(path, UploadKind.Archive, refusal);
        }
    }

    private static bool IsArchive(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8);

    /// <summary>For the list only: such a name is never stored.</summary>
    private static UploadPath Unreadable(string? given) => new(UploadPath.Clean(given ?? ""), UploadPath.Clean(given ?? ""));

    private static RefusedInputException NoPictures() => new(RefusalCode.EmptyArchive, "The archive holds no images.");

    private async Task<IReadOnlyList<UploadOutcome>> TakeArchiveAsync(Guid projectId, Guid userId, string archivePath, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(archivePath);
            await using var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: true, new ZipNames(), cancel);
            if (archive.Entries.Count > options.Value.MaxArchiveEntries)
            {
                throw new RefusedInputException(
                    RefusalCode.TooManyArchiveEntries,
                    $"The archive has {archive.Entries.Count} entries; at most {options.Value.MaxArchiveEntries} are accepted. Split it.",
                    archive.Entries.Count,
                    options.Value.MaxArchiveEntries);
            }
            var budget = new UnpackBudget(options.Value.MaxUnpackedMebibytes);
            List<UploadOutcome> outcomes = [];
            foreach (var entry in archive.Entries.Where(entry => !(entry.FullName.EndsWith('/') && entry.Length == 0)))
            {
                outcomes.Add(await TakeEntryAsync(projectId, userId, entry, budget, cancel));
            }
            return outcomes.Count == 0 ? throw NoPictures() : outcomes;
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new RefusedInputException(
                RefusalCode.DamagedArchive, $"The archive is damaged or incomplete ({damage.Message}). Pack it again.", damage.Message);
        }
    }

    private async Task<UploadOutcome> TakeEntryAsync(Guid projectId, Guid userId, ZipArchiveEntry entry, UnpackBudget budget, CancellationToken cancel)
    {
        var shown = Unreadable(entry.FullName);
        if (ArchiveLitter.Is(entry.FullName))
        {
            return new UploadOutcome(shown, UploadKind.Image, UploadResult.Skipped);
        }
        try
        {
            if (ArchiveLitter.IsLink(entry))
            {
                throw new RefusedInputException(RefusalCode.ArchiveLink, "The entry is a link to another file; links are not followed.");
            }
            if (entry.IsEncrypted)
            {
                throw new RefusedInputException(RefusalCode.EncryptedArchive, "The entry needs a password. Pack the archive without one.");
            }
            var path = UploadPath.Read(entry.FullName);
            await using var content = new LimitedStream(await entry.OpenAsync(cancel), entry.CompressedLength, budget);
            var head = new byte[ImageDecoder.HeadLength];
            head = head[..await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel)];
            if (IsArchive(head))
            {
                throw new RefusedInputException(RefusalCode.NestedArchive, "The entry is an archive within the archive. Upload it by itself.");
            }
            return await TakeFileAsync(projectId, userId, path, head, content, cancel);
        }
        catch (RefusedInputException refusal) when (refusal.Code != RefusalCode.ArchiveTooLarge)
        {
            return UploadOutcome.Refuse(shown, UploadKind.Image, refusal);
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            return UploadOutcome.Refuse(shown, UploadKind.Image, new RefusedInputException(
                RefusalCode.DamagedArchive, $"The archive is damaged or incomplete ({damage.Message}). Pack it again.", damage.Message));
        }
    }

    private async Task<UploadOutcome> TakeFileAsync(Guid projectId, Guid userId, UploadPath path, byte[] head, Stream content, CancellationToken cancel)
    {
        var layout = FolderLayout.Read(path.RelativePath);
        var kind = layout.MaskOf is null ? UploadKind.Image : UploadKind.Mask;
        await using var incoming = blobs.Begin();
        try
        {
            if (head.Length > 0)
            {
                // Before the rest is read: what is no picture is not worth its disk space.
                ImageDecoder.Recognise(head);
            }
            await incoming.WriteAsync(head, cancel);
            await incoming.ReceiveAsync(content, options.Value.Limits.MaxBytes, cancel);
            var sha256 = await incoming.FlushAsync(cancel);
            if (kind == UploadKind.Image && await FindTwinAsync(projectId, sha256, path) is { } twin)
            {
                return twin;
            }
            var seen = await derived.InspectAsync(incoming.Path, sha256, cancel);
            await incoming.CommitAsync(CancellationToken.None);
            return await AddAsync(projectId, userId, path, layout, sha256, seen);
        }
        catch (RefusedInputException refusal) when (refusal.Code is not (RefusalCode.ArchiveTooLarge or RefusalCode.ArchiveBomb))
        {
            return UploadOutcome.Refuse(path, kind, refusal);
        }
    }

    private async Task<UploadOutcome> AddAsync(Guid projectId, Guid userId, UploadPath path, FolderLayout layout, string sha256, Thumbnail seen)
    {
        UploadOutcome outcome;
        ImageArrival? arrival;
        await _rows.WaitAsync();
        try
        {
            (outcome, arrival) = layout.MaskOf is null
                ? await AddImageAsync(projectId, userId, path, layout, sha256, seen)
                : await AddMaskAsync(projectId, path, layout, sha256);
        }
        finally
        {
            _rows.Release();
        }
        if (arrival is not null)
        {
            await arrivals.ArrivedAsync(arrival, CancellationToken.None);
        }
        return outcome;
    }

    /// <summary>The project's image of the same bytes; one that was deleted comes back.</summary>
    private async Task<UploadOutcome?> FindTwinAsync(Guid projectId, string sha256, UploadPath path)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var twin = await db.Set<ImageRecord>().SingleOrDefaultAsync(image => image.ProjectId == projectId && image.Sha256 == sha256);
        if (twin is null)
        {
            return null;
        }
        if (twin.DeletedAt is null)
        {
            return new UploadOutcome(path, UploadKind.Image, UploadResult.Duplicate) { ImageId = twin.Id };
        }
        twin.DeletedAt = null;
        await db.SaveChangesAsync();
        return new UploadOutcome(path, UploadKind.Image, UploadResult.Accepted) { ImageId = twin.Id, Hints = twin.Hints | ImageHints.Restored };
    }

    private async Task<(UploadOutcome Outcome, ImageArrival? Arrival)> AddImageAsync(
        Guid projectId, Guid userId, UploadPath path, FolderLayout layout, string sha256, Thumbnail seen)
    {
        if (await FindTwinAsync(projectId, sha256, path) is { } earlier)
        {
            return (earlier, null);
        }
        var source = seen.Source;
        var image = new ImageRecord
        {
            ProjectId = projectId,
            Sha256 = sha256,
            FileName = path.FileName,
            RelativePath = path.RelativePath,
            MediaType = source.MediaType,
            Width = source.Width,
            Height = source.Height,
            Bytes = source.Bytes,
            BitDepth = source.BitDepth,
            SignificantBits = seen.SignificantBits,
            Channels = source.Channels,
            Frames = source.Frames,
            NeedsRendition = !source.ShownByBrowsers,
            Hints = HintsOf(seen),
            UploadedAt = clock.GetUtcNow(),
            UploadedBy = userId,
            FolderLabel = layout.Label,
            FolderClass = layout.DefectClass,
            Split = layout.Split,
        };
        await using var db = await dbs.CreateDbContextAsync();
        db.Add(image);
        // The mask may have come first.
        var stem = FolderLayout.StemOf(path.RelativePath);
        var mask = await db.Set<MaskFile>().FirstOrDefaultAsync(m => m.ProjectId == projectId && m.ImageStem == stem && m.ImageId == null);
        mask?.ImageId = image.Id;
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            // Another server of the same database brought the same bytes; its row counts.
            return (await FindTwinAsync(projectId, sha256, path) ?? throw new InvalidOperationException($"Image {sha256} could not be saved."), null);
        }
        return (
            new UploadOutcome(path, UploadKind.Image, UploadResult.Accepted)
            {
                ImageId = image.Id,
                Hints = image.Hints,
                Frames = image.Frames,
                SignificantBits = image.SignificantBits,
            },
            layout.Label == ImageLabel.Unlabelled ? null : new ImageArrival(image.Id, layout.Label, layout.DefectClass, mask?.Id));
    }

    private async Task<(UploadOutcome Outcome, ImageArrival? Arrival)> AddMaskAsync(Guid projectId, UploadPath path, FolderLayout layout, string sha256)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var stem = layout.MaskOf!;
        if (await db.Set<MaskFile>().SingleOrDefaultAsync(m => m.ProjectId == projectId && m.ImageStem == stem && m.Sha256 == sha256) is { } twin)
        {
            return (new UploadOutcome(path, UploadKind.Mask, UploadResult.Duplicate) { ImageId = twin.ImageId }, null);
        }
        // Every path that is the stem, a dot and an extension: '/' is the character after '.'.
        var (from, to) = (stem + ".", stem + "/");
        var image = await db.Set<ImageRecord>()
            .Where(i => i.ProjectId == projectId && i.DeletedAt == null && i.RelativePath.CompareTo(from) >= 0 && i.RelativePath.CompareTo(to) < 0)
            .OrderByDescending(i => i.Id)
            .FirstOrDefaultAsync();
        var mask = new MaskFile
        {
            ProjectId = projectId,
            Sha256 = sha256,
            RelativePath = path.RelativePath,
            ImageStem = stem,
            DefectClass = layout.DefectClass ?? "",
            UploadedAt = clock.GetUtcNow(),
            ImageId = image?.Id,
        };
        db.Add(mask);
        await db.SaveChangesAsync();
        return (
            new UploadOutcome(path, UploadKind.Mask, UploadResult.Accepted) { ImageId = image?.Id },
            image is null ? null : new ImageArrival(image.Id, ImageLabel.Anomaly, layout.DefectClass, mask.Id));
    }

    private static ImageHints HintsOf(Thumbnail seen)
    {
        var source = seen.Source;
        var hints = ImageHints.None;
        if (seen.Uniform)
        {
            hints |= seen.Brightest <= DarkLevel ? ImageHints.UniformDark : ImageHints.UniformBright;
        }
        if (source.Frames > 1)
        {
            hints |= ImageHints.SeveralFrames;
        }
        if (source.BitDepth > 8)
        {
            hints |= ImageHints.DeepSamples;
        }
        if (seen.HasAlpha)
        {
            hints |= ImageHints.FlattenedOnBlack;
        }
        if (Math.Max(source.Width, source.Height) > ExtremeAspectRatio * Math.Min(source.Width, source.Height))
        {
            hints |= ImageHints.ExtremeAspect;
        }
        return hints;
    }
}
