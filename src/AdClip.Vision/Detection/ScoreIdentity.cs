using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Vision.Detection;

/// <summary>Names all that the scale of a score depends on. A threshold holds for the scores of one identity, and for no others.</summary>
/// <remarks>
/// 64 hexadecimal digits, SHA-256 of what is named. Equal identities give equal scores of equal images: weights, preprocessing, attention
/// path, layers, arithmetic (the encoder's id), texts or learned prompts by content, the set of good images by content, the trained
/// detector by content, inspection area and tiles. The device is not part of it.
/// </remarks>
public static class ScoreIdentity
{
    // Raised whenever scores of the same inputs change.
    private const int Version = 1;

    /// <summary>Of a model with texts and, perhaps, good images to compare with.</summary>
    /// <param name="encoderId">Of the model, opened as the images are encoded.</param>
    /// <param name="textId">Of what "normal" and "abnormal" mean, as <see cref="ModelWords.TextIdOf"/> gives it.</param>
    /// <param name="referenceSha256s">Files of the good images, in hexadecimal; their order and repetitions do not count.</param>
    /// <param name="regions">What is inspected.</param>
    /// <param name="tiles">How images are cut; null: each is looked at whole.</param>
    public static string OfModel(
        string encoderId, string textId, IEnumerable<string> referenceSha256s, InspectionRegions regions, TileSettings? tiles)
    {
        ArgumentNullException.ThrowIfNull(referenceSha256s);
        var cut = tiles is null ? "whole" : string.Create(CultureInfo.InvariantCulture, $"tiles {tiles.Side} {tiles.Overlap:R}");
        return Of(
        [
            "model", encoderId, textId, InspectionRegionsJson.Write(regions), cut,
            .. SetOf(referenceSha256s),
        ]);
    }

    /// <summary>Of a comparison with good images alone.</summary>
    /// <param name="encoderId">Of the model, opened as the images are encoded.</param>
    /// <param name="referenceSha256s">Files of the good images, in hexadecimal; their order and repetitions do not count.</param>
    /// <param name="options">How they are compared; the choice that was asked for, since the rest follows from the images.</param>
    /// <param name="regions">What is inspected.</param>
    public static string OfGood(string encoderId, IEnumerable<string> referenceSha256s, GoodOptions options, InspectionRegions regions)
    {
        ArgumentNullException.ThrowIfNull(referenceSha256s);
        ArgumentNullException.ThrowIfNull(options);
        return Of(
        [
            "good images", encoderId, options.Orientations.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"{options.Components} {options.MostPatches}"), InspectionRegionsJson.Write(regions),
            .. SetOf(referenceSha256s),
        ]);
    }

    // Neither order nor repetitions count.
    private static IEnumerable<string> SetOf(IEnumerable<string> sha256s) =>
        sha256s.Distinct(StringComparer.OrdinalIgnoreCase).Select(sha256 => sha256.ToLowerInvariant()).Order(StringComparer.Ordinal);

    /// <summary>Of a detector that was fitted to images. It brings its texts, good images and inspection area.</summary>
    /// <param name="encoderId">Of the tokens that it scores.</param>
    /// <param name="fittedSha256">Of the file that it was written to, in hexadecimal.</param>
    /// <param name="taught">What it was taught since, as text that is equal for equal lessons; null: nothing.</param>
    public static string OfFitted(string encoderId, string fittedSha256, string? taught) => Of(["fitted", encoderId, fittedSha256, taught ?? ""]);

    // Each part by its length, so that no two lists are written alike.
    private static string Of(IEnumerable<string> parts)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"scores {Version}\n"));
        foreach (var part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length} {part}\n");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
