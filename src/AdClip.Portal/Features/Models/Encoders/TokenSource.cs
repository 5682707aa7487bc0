using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;
using AdClip.Vision.Training.Views;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>What the encoder says of whole images: kept tokens where there are any, else it looks and they are kept.</summary>
public sealed class TokenSource(TokenCache tokens, EncoderSpeeds speeds, IOptions<ImagesOptions> images)
{
    private readonly ImageLimits _limits = images.Value.Limits;

    /// <summary>The tokens of an image file. The same bits whether they were kept or not.</summary>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read.</exception>
    public (ImageTokens Tokens, bool WasCached) Encode(DetectionModel detector, string path, string sha256)
    {
        if (tokens.Find(detector.EncoderId, sha256) is { } found)
        {
            return (found, true);
        }
        var made = speeds.Time(detector, () => detector.EncodeFile(path, _limits));
        tokens.Keep(made, sha256);
        return (made, false);
    }

    /// <summary>The tokens of an image file that is turned clockwise by quarters: 1 to 3.</summary>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read.</exception>
    public ImageTokens EncodeTurned(DetectionModel detector, string path, string sha256, int quarterTurns)
    {
        var key = $"{sha256}-r{quarterTurns}";
        if (tokens.Find(detector.EncoderId, key) is { } found)
        {
            return found;
        }
        var made = speeds.Time(detector, () =>
        {
            var image = ImageDecoder.Decode(path, _limits);
            return detector.Encode(new View(0, 0, image.Width, image.Height, IsMirrored: false, quarterTurns, Brightness: 1).Apply(image));
        });
        tokens.Keep(made, key);
        return made;
    }

    /// <summary>The tokens of a view of an image file.</summary>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read.</exception>
    public (ImageTokens Tokens, bool WasCached) EncodeView(DetectionModel detector, string path, string sha256, View view)
    {
        var key = $"{sha256}-{view.Key}";
        if (tokens.Find(detector.EncoderId, key) is { } found)
        {
            return (found, true);
        }
        var made = speeds.Time(detector, () => detector.Encode(view.Apply(ImageDecoder.Decode(path, _limits))));
        tokens.Keep(made, key);
        return (made, false);
    }
}
