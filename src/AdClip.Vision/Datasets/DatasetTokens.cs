using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;

namespace AdClip.Vision.Datasets;

/// <summary>An image of a data set whose tokens are kept.</summary>
/// <param name="Image">Which image.</param>
/// <param name="Sha256">Of its file, in hexadecimal.</param>
/// <param name="View">Which view; empty: the whole image.</param>
/// <param name="Mask">Defect pixels, 0 or 1, S x S in the frame of the model's square; null: good, or not drawn.</param>
public sealed record EncodedImage(DatasetImage Image, string Sha256, string View, byte[]? Mask);

/// <summary>Encodes the images of a data set once and keeps their tokens as files: float16, checked when read.</summary>
/// <param name="model">Encodes.</param>
/// <param name="folder">Where tokens are kept; made if need be. Files in it can be deleted at any time.</param>
public sealed class DatasetTokens(DetectionModel model, string folder)
{
    /// <summary>Makes sure that tokens of every image, and of its views, are kept.</summary>
    /// <param name="images">The images.</param>
    /// <param name="augmentation">Which views; null: none.</param>
    /// <param name="seed">Chooses the views.</param>
    /// <param name="done">Called after each image, by several threads.</param>
    /// <param name="cancel">Stops between images; what was kept stays.</param>
    /// <exception cref="RefusedInputException">An image or mask that cannot be read.</exception>
    public IReadOnlyList<EncodedImage> Encode(
        IReadOnlyList<DatasetImage> images, Augmentation? augmentation = null, int seed = 0, Action? done = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        Directory.CreateDirectory(folder);
        var encoded = new IReadOnlyList<EncodedImage>[images.Count];
        try
        {
            Parallel.For(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, i =>
            {
                encoded[i] = EncodeOne(images[i], augmentation, seed);
                done?.Invoke();
            });
        }
        catch (AggregateException several)
        {
            throw several.Flatten().InnerExceptions[0];
        }
        return [.. encoded.SelectMany(views => views)];
    }

    /// <summary>The tokens of an image, encoded again if its file was lost.</summary>
    public ImageTokens Load(EncodedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Kept(Key(image.Sha256, image.View))
            ?? throw new FileNotFoundException($"The tokens of {image.Image.Path} are no longer in {folder}; start again to encode them.");
    }

    /// <summary>The tokens of an image's square in this orientation, kept as well.</summary>
    /// <exception cref="RefusedInputException">The image cannot be read.</exception>
    public ImageTokens Turned(EncodedImage image, Orientation orientation)
    {
        ArgumentNullException.ThrowIfNull(image);
        var view = orientation.ToString();
        Keep(image.Sha256, view, () => model.Encode(model.Input.Apply(
            orientation.Turn(ImageDecoder.DecodeResized(image.Image.Path, model.Model.ImageSize, model.Model.ImageSize)))));
        return Load(image with { View = view });
    }

    /// <summary>The same images as training sees them.</summary>
    public IReadOnlyList<TrainingItem> Items(IReadOnlyList<EncodedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return [.. images.Select(
            image => new TrainingItem(image.Sha256, image.View, image.Image.IsAnomaly, () => new TrainingTokens(Load(image), image.Mask)))];
    }

    private List<EncodedImage> EncodeOne(DatasetImage image, Augmentation? augmentation, int seed)
    {
        var sha256 = FileHash.Sha256(image.Path);
        var info = ImageDecoder.Identify(image.Path);
        var mask = image.MaskPath is null ? null : MaskDecoder.Decode(image.MaskPath, info.Width, info.Height).Defect;
        Keep(sha256, "", () => model.EncodeFile(image.Path));
        List<EncodedImage> views = [new(image, sha256, "", mask is null ? null : Squared(mask, info.Width, info.Height))];
        PixelImage? pixels = null;
        foreach (var view in augmentation?.Of(sha256, info.Width, info.Height, mask, image.IsAnomaly, seed) ?? [])
        {
            Keep(sha256, view.Key, () => model.Encode(view.Apply(pixels ??= ImageDecoder.Decode(image.Path))));
            var (width, height) = view.Size;
            views.Add(new EncodedImage(image, sha256, view.Key, mask is null ? null : Squared(view.Apply(mask, info.Width), width, height)));
        }
        return views;
    }

    private byte[] Squared(bool[] mask, int width, int height)
        => [.. Preprocessing.MaskToSize(mask, width, height, model.Model.ImageSize, model.Model.ImageSize).Select(isDefect => isDefect ? (byte)1 : (byte)0)];

    private void Keep(string sha256, string view, Func<ImageTokens> encode)
    {
        var key = Key(sha256, view);
        if (Kept(key) is null)
        {
            var temporary = Path.Combine(folder, $"{Guid.NewGuid():N}.part");
            File.WriteAllBytes(temporary, TokenFile.Write(encode(), key));
            File.Move(temporary, PathOf(key), overwrite: true);
        }
    }

    // A file that is damaged, or of another encoder, is as good as none.
    private ImageTokens? Kept(string key)
    {
        try
        {
            return TokenFile.Read(File.ReadAllBytes(PathOf(key)), model.EncoderId, key);
        }
        catch (Exception missing) when (missing is InvalidDataException or FileNotFoundException)
        {
            return null;
        }
    }

    private static string Key(string sha256, string view) => view.Length == 0 ? sha256 : $"{sha256}-{view}";

    private string PathOf(string key) => Path.Combine(folder, key + ".tokens");
}
