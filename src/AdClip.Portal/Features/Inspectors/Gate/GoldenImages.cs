using System.Text.Json.Serialization;

namespace AdClip.Portal.Features.Inspectors.Gate;

/// <summary>How the images came together that detectors and inspectors are held to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GoldenSource>))]
public enum GoldenSource
{
    /// <summary>People marked them.</summary>
    Marked,

    /// <summary>Nobody marked any: labelled images that people reviewed.</summary>
    Reviewed,

    /// <summary>Nobody reviewed any either: labelled images.</summary>
    Labelled,

    /// <summary>There are none.</summary>
    None,
}

/// <summary>An image whose verdict must not get worse.</summary>
public sealed record GoldenImage(Guid ImageId, string FileName, string Sha256, bool IsAnomaly, int Width, int Height);

/// <summary>Finds the images that a project's inspectors are held to; the feature downstream that keeps the marks implements it.</summary>
public interface IGoldenImages
{
    /// <summary>Those that people marked, else those that they reviewed in any run, else those that are labelled.</summary>
    Task<(GoldenSource Source, IReadOnlyList<GoldenImage> Images)> OfProjectAsync(Guid projectId, CancellationToken cancel);
}
