using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>Scores the tokens of images. Immutable; safe for concurrent calls.</summary>
/// <remarks>
/// <see cref="Scorer"/> compares with texts and good images, <see cref="GoodImages.GoodScorer"/> with good images alone,
/// <see cref="FewShot.FittedDetector"/> was trained.
/// </remarks>
public interface ITokenScorer
{
    /// <summary>What is inspected. A caller who knows an image's size asks them first whether they fit it.</summary>
    InspectionRegions Regions { get; }

    /// <summary>Scores one image.</summary>
    /// <param name="tokens">From the encoder that the scorer was made for.</param>
    /// <param name="sha256">Of the image's file in hexadecimal, so that it is not compared with itself; null if unknown.</param>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    Detection Score(ImageTokens tokens, string? sha256);
}
