using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>A good image to compare with, in whatever orientation is asked for.</summary>
/// <param name="Sha256">Of its file, in hexadecimal; an image is never compared with itself.</param>
/// <param name="Upright">Its tokens, by the encoder of the images to be inspected.</param>
/// <param name="Turned">
/// The tokens of its square, turned by <see cref="Orientation.Turn"/>; asked at most once for each orientation, by several threads, and never for
/// <see cref="Orientation.Upright"/>. <see cref="DetectionModel.OpenGood"/> makes one for a file.
/// </param>
public sealed record GoodImage(string Sha256, ImageTokens Upright, Func<Orientation, ImageTokens> Turned);
