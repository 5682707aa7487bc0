using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Annotations;

/// <summary>What came of a mask picture.</summary>
public sealed record ImportedMask(int Revision, long DefectPixels, int Threshold, bool IsEmpty, bool IsMostlyDefect);

/// <summary>Turns mask pictures into shapes.</summary>
public sealed class MaskImport(GroundTruthStore store, BlobStore blobs, IDbContextFactory<PortalDb> dbs, IOptions<ImagesOptions> options)
{
    private const int MostTries = 5;

    /// <summary>Adds the mask in <paramref name="content"/> to the image and labels it anomaly. The same picture twice is one shape.</summary>
    /// <exception cref="Vision.RefusedInputException">No picture, or of another size than the image.</exception>
    public async Task<ImportedMask> ImportAsync(ImageRecord image, Stream content, string className, Author author, CancellationToken cancel)
    {
        await using var incoming = blobs.Begin();
        await incoming.ReceiveAsync(content, options.Value.Limits.MaxBytes, cancel);
        var sha256 = await incoming.FlushAsync(cancel);
        return await ImportAsync(image, incoming.Path, sha256, className, author, cancel);
    }

    /// <summary>As the other one, for a mask that is a file already.</summary>
    /// <exception cref="Vision.RefusedInputException">No picture, or of another size than the image.</exception>
    public async Task<ImportedMask> ImportAsync(ImageRecord image, string path, string sha256, string className, Author author, CancellationToken cancel)
    {
        var decoded = await Task.Run(() => MaskDecoder.Decode(path, image.Width, image.Height, options.Value.Limits), cancel);
        Shape? shape = decoded.Empty ? null : new MaskShape { Id = $"mask-{sha256[..16]}", ClassName = className, Mask = MaskOf(decoded) };
        for (var attempt = 1; ; attempt++)
        {
            var current = await store.ReadAsync(image, cancel);
            var wanted = current with
            {
                Label = ImageLabel.Anomaly,
                Shapes = shape is null ? current.Shapes : [.. current.Shapes.Where(other => other.Id != shape.Id), shape],
            };
            var outcome = await store.SaveAsync(image, wanted, image.AnnotationRevision, Guid.NewGuid(), author, cancel);
            if (!outcome.IsConflict)
            {
                return new ImportedMask(outcome.Revision, decoded.DefectPixels, decoded.Threshold, decoded.Empty, decoded.MostlyDefect);
            }
            if (attempt == MostTries)
            {
                throw new InvalidOperationException($"Image {image.Id} changed {MostTries} times while a mask was added.");
            }
            await using var db = await dbs.CreateDbContextAsync(cancel);
            image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(row => row.Id == image.Id, cancel);
        }
    }

    private static Mask MaskOf(DecodedMask decoded)
    {
        var mask = new Mask(decoded.Width, decoded.Height);
        for (var y = 0; y < decoded.Height; y++)
        {
            var row = decoded.Defect.AsSpan(y * decoded.Width, decoded.Width);
            for (var x = 0; x < row.Length;)
            {
                var start = row[x..].IndexOf(true);
                if (start < 0)
                {
                    break;
                }
                var length = row[(x + start)..].IndexOf(false);
                var end = length < 0 ? row.Length : x + start + length;
                mask.FillRow(y, x + start, end);
                x = end;
            }
        }
        return mask;
    }
}
