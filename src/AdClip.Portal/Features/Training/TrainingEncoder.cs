using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;

namespace AdClip.Portal.Features.Training;

/// <summary>A labelled image with what the encoder says of it.</summary>
/// <param name="Turned">The image upright, and turned where that was asked for.</param>
/// <param name="Views">Further views that prompts learn from, whose tokens are kept; with their masks in the model's square frame.</param>
/// <param name="WasCached">Whether the encoder had to look at nothing.</param>
internal sealed record EncodedLabelledImage(
    LabelledImage Image, IReadOnlyList<ImageTokens> Turned, IReadOnlyList<(View View, byte[]? Mask)> Views, bool WasCached)
{
    /// <summary>As a fit takes it.</summary>
    public IEnumerable<LabelledTokens> Labelled(int side)
    {
        var mask = Image.Mask(side);
        return Turned.Select(tokens => new LabelledTokens(Image.Sha256, tokens, Image.IsAnomaly, Image.Class, mask));
    }
}

/// <summary>Looks at the images of a training; kept tokens are used as they are, so that the encoder never sees an image twice.</summary>
internal sealed class TrainingEncoder(TokenSource source, EncoderSlots slots, BlobStore blobs)
{
    /// <summary>In the order of the images; null where one cannot be read, which does not stop the training.</summary>
    /// <param name="turns">Whether good images are looked at in four directions.</param>
    /// <param name="augmentation">Views that prompts learn from.</param>
    /// <param name="seed">Chooses the views.</param>
    public async Task<EncodedLabelledImage?[]> EncodeAsync(
        DetectionModel detector, IReadOnlyList<LabelledImage> images, bool turns,
        Augmentation augmentation, int seed, Action<int> report, CancellationToken cancel)
    {
        var encoded = new EncodedLabelledImage?[images.Count];
        var done = 0;
        await Parallel.ForAsync(
            0, encoded.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel },
            async (i, stop) =>
            {
                encoded[i] = await slots.InSlotAsync(() => Encode(detector, images[i], turns && !images[i].IsAnomaly, augmentation, seed, stop), stop);
                report(Interlocked.Increment(ref done));
            });
        return encoded;
    }

    /// <summary>As prompts learn from it: the image, then its views, whose tokens are read when they are needed.</summary>
    public IEnumerable<TrainingItem> Items(DetectionModel detector, EncodedLabelledImage encoded)
    {
        var image = encoded.Image;
        var whole = new TrainingTokens(encoded.Turned[0], image.IsAnomaly ? image.Mask(detector.Model.ImageSize) : null);
        yield return new TrainingItem(image.Sha256, "", image.IsAnomaly, () => whole);
        foreach (var (view, mask) in encoded.Views)
        {
            yield return new TrainingItem(
                image.Sha256, view.Key, image.IsAnomaly,
                () => new TrainingTokens(source.EncodeView(detector, blobs.PathOf(image.Sha256), image.Sha256, view).Tokens, mask));
        }
    }

    private EncodedLabelledImage? Encode(
        DetectionModel detector, LabelledImage image, bool isTurned, Augmentation augmentation, int seed, CancellationToken cancel)
    {
        try
        {
            var path = blobs.PathOf(image.Sha256);
            var (upright, wasCached) = source.Encode(detector, path, image.Sha256);
            IReadOnlyList<int> turns = isTurned ? [1, 2, 3] : [];
            var turned = turns.Select(turn => source.EncodeTurned(detector, path, image.Sha256, turn));
            var pixels = augmentation.Count > 0 && image.IsAnomaly ? image.Pixels() : null;
            var views = augmentation.Of(image.Sha256, image.Width, image.Height, pixels, image.IsAnomaly, seed);
            foreach (var view in views)
            {
                cancel.ThrowIfCancellationRequested();
                wasCached &= source.EncodeView(detector, path, image.Sha256, view).WasCached;
            }
            return new EncodedLabelledImage(
                image, [upright, .. turned],
                [.. views.Select(view => (view, Squared(view, pixels, image.Width, detector.Model.ImageSize)))], wasCached);
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }

    private static byte[]? Squared(View view, bool[]? pixels, int imageWidth, int side)
    {
        if (pixels is null)
        {
            return null;
        }
        var (width, height) = view.Size;
        return Array.ConvertAll(Preprocessing.MaskToSize(view.Apply(pixels, imageWidth), width, height, side, side), isDefect => isDefect ? (byte)1 : (byte)0);
    }
}
