using System.Numerics.Tensors;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Pictures of maps, made from map blobs when first asked for; every file here can be deleted and comes back.</summary>
public sealed class Heatmaps(BlobStore blobs, DataFolder folder)
{
    private readonly string _root = Path.Combine(folder.Cache, "heatmaps");

    /// <summary>Path of a PNG on a fixed scale from 0.</summary>
    /// <param name="highPercent">Hundredths at which the scale ends: 100 for the model's own scale, or one value for all images of a run.</param>
    /// <param name="fadePercent">Values from 0 to this many hundredths fade in; 0: every pixel is opaque.</param>
    public async Task<string> RenderAsync(string mapBlob, ColourMap colours, int fadePercent, int highPercent, CancellationToken cancel)
    {
        var path = Path.Combine(_root, mapBlob[..2], $"{mapBlob}-{colours.Name}-{fadePercent}-{highPercent}.png");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var unfinished = $"{path}.{Guid.NewGuid():N}";
            var png = await Task.Run(() => Render(mapBlob, colours, fadePercent, highPercent), cancel);
            await File.WriteAllBytesAsync(unfinished, png, cancel);
            File.Move(unfinished, path, overwrite: true);
        }
        return path;
    }

    private byte[] Render(string mapBlob, ColourMap colours, int fadePercent, int highPercent)
    {
        using var stream = blobs.OpenRead(mapBlob);
        var (values, shape) = NpyReader.ReadFloat32(stream);
        if (highPercent != 100)
        {
            TensorPrimitives.Multiply(values, 100f / highPercent, values);
        }
        return Heatmap.Render(values, shape[1], shape[0], colours, fadePercent / 100f);
    }
}
