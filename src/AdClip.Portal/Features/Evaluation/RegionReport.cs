using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>An image that region-level numbers lead to: something on it was missed, or is false.</summary>
public sealed record RegionImage(Guid ImageId, int Labelled, int Found, int FalseRegions);

/// <summary>A run's thresholded maps against the drawn defects, region by region.</summary>
public sealed record RegionReport
{
    public required RegionFigures Figures { get; init; }

    /// <summary>Pixel thresholds of the two halves of the images.</summary>
    public required IReadOnlyList<double> Thresholds { get; init; }

    /// <summary>Each half was judged at the threshold chosen on the other; else at the one chosen on all, which flatters.</summary>
    public required bool IsHeldOut { get; init; }

    /// <summary>Images with a missed or a false region, most missed first.</summary>
    public required IReadOnlyList<RegionImage> Images { get; init; }
}
