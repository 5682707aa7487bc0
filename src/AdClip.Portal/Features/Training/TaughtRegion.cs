using System.Text.Json;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Tokens;

namespace AdClip.Portal.Features.Training;

/// <summary>
/// What a person said of a region, as a version keeps it: enough to teach
/// the detector again, to the last bit, whatever became of the token cache.
/// </summary>
/// <param name="Sha256">Of the image.</param>
/// <param name="TokensBlob">Its tokens; several regions of an image share the blob.</param>
/// <param name="Patches">Of the region, as in <see cref="RegionFeedback.Patches"/>.</param>
public sealed record TaughtRegion(string Sha256, string TokensBlob, IReadOnlyList<int> Patches, bool IsDefect)
{
    internal static async Task<TaughtRegion> KeepAsync(RegionFeedback said, BlobStore blobs, CancellationToken cancel) =>
        new(said.Sha256, await blobs.PutAsync(TokenFile.Write(said.Tokens, said.Sha256), cancel), said.Patches, said.IsDefect);

    internal async Task<RegionFeedback> ReadAsync(BlobStore blobs, string encoderId, CancellationToken cancel) =>
        new(Sha256, TokenFile.Read(await File.ReadAllBytesAsync(blobs.PathOf(TokensBlob), cancel), encoderId, Sha256), Patches, IsDefect);

    internal static string Write(IReadOnlyList<TaughtRegion> regions) => JsonSerializer.Serialize(regions, JsonSerializerOptions.Web);

    internal static IReadOnlyList<TaughtRegion> Parse(string json) =>
        JsonSerializer.Deserialize<List<TaughtRegion>>(json, JsonSerializerOptions.Web)
        ?? throw new JsonException("The regions that a detector was taught are empty.");
}
