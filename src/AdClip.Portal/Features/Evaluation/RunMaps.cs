using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A map with what people drew, brought to its size.</summary>
/// <param name="Map">[Height, Width].</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Masks">By defect class: 1 where one is drawn, [Height, Width]; none for a good image.</param>
/// <param name="All">1 where any is drawn; null for a good image. Not simply the classes together: it is brought to size as one.</param>
/// <param name="Inspected">1 where the image is inspected; null: everywhere.</param>
internal sealed record MapTruth(float[] Map, int Width, int Height, IReadOnlyList<(string Class, byte[] Mask)> Masks, byte[]? All, byte[]? Inspected)
{
    public byte[] Defect() => All ?? new byte[Map.Length];

    public bool IsWhollyOutside(byte[] defect) => Inspected is { } inspected && !defect.Where((pixel, i) => pixel != 0 && inspected[i] != 0).Any();

    /// <summary>The map with nothing called anomalous outside the inspection area.</summary>
    public float[] InspectedMap() => Inspected is { } inspected ? [.. Map.Select((value, i) => inspected[i] == 0 ? float.NegativeInfinity : value)] : Map;

    public IReadOnlyList<(string Class, byte[] Mask)> InspectedMasks() => Inspected is { } inspected
        ? [.. Masks.Select(one => (one.Class, one.Mask.Select((pixel, i) => (byte)(pixel & inspected[i])).ToArray()))]
        : Masks;
}

/// <summary>Reads a run's maps beside the ground truth, one at a time.</summary>
internal sealed class RunMaps(IDbContextFactory<PortalDb> dbs, BlobStore blobs, GroundTruthStore groundTruth, InspectionRegions? area)
{
    public async Task<MapTruth> ReadAsync(ScoredImage image)
    {
        await using var file = blobs.OpenRead(image.MapBlob);
        var (map, shape) = NpyReader.ReadFloat32(file);
        var (width, height) = (shape[1], shape[0]);
        byte[]? inspected = null;
        if (area is not null)
        {
            inspected = new byte[width * height];
            area.Rasterize(width, height).ToRowMajor(inspected);
        }
        if (image.ShapeCount == 0)
        {
            return new MapTruth(map, width, height, [], null, inspected);
        }
        await using var db = await dbs.CreateDbContextAsync();
        var record = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(known => known.Id == image.ImageId);
        var truth = await groundTruth.ReadAsync(record);
        byte[] Mask(IEnumerable<Shape> shapes) =>
            [.. Preprocessing.MaskToSize(GroundTruthMask.Union(shapes, truth.Width, truth.Height), width, height).Select(defect => defect ? (byte)1 : (byte)0)];
        var classes = truth.Shapes.GroupBy(drawn => drawn.ClassName, StringComparer.Ordinal).Select(group => (group.Key, Mask(group))).ToList();
        return new MapTruth(map, width, height, classes, classes.Count == 1 ? classes[0].Item2 : Mask(truth.Shapes), inspected);
    }
}
