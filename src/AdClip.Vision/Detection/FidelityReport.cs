namespace AdClip.Vision.Detection;

/// <summary>Something that <see cref="FidelityCheck"/> measures.</summary>
public enum FidelityMeasure
{
    /// <summary>Number of images compared.</summary>
    Images,

    /// <summary>Mean cosine of the patch tokens, in the worst layer.</summary>
    MeanPatchCosine,

    /// <summary>Cosine of the worst patch token of all.</summary>
    LeastPatchCosine,

    /// <summary>Mean cosine of the class tokens.</summary>
    MeanClassCosine,

    /// <summary>Cosine of the worst class token.</summary>
    LeastClassCosine,

    /// <summary>Largest change of any map at any place, in probability.</summary>
    MapDifference,

    /// <summary>Pearson correlation of all map values taken together.</summary>
    MapCorrelation,

    /// <summary>Largest change of an image's score.</summary>
    ScoreDifference,

    /// <summary>Spearman correlation of the images' scores.</summary>
    RankCorrelation,
}

/// <summary>One measure against its limit.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Value">The figure; NaN where it is not defined (a correlation of constants).</param>
/// <param name="Limit">What it must reach, or must not exceed.</param>
/// <param name="Passed">Whether it does.</param>
public sealed record FidelityFigure(FidelityMeasure Measure, double Value, double Limit, bool Passed);

/// <summary>How like each other the patch tokens of two encoders are in one layer.</summary>
/// <param name="Layer">The block, counted from 1.</param>
/// <param name="MeanCosine">Over all patches of all images.</param>
/// <param name="LeastCosine">Of the worst patch.</param>
public sealed record LayerFidelity(int Layer, double MeanCosine, double LeastCosine);

/// <summary>What <see cref="FidelityCheck"/> found.</summary>
/// <param name="Layers">Patch tokens by layer, ascending.</param>
/// <param name="Figures">Every measure with its limit.</param>
public sealed record FidelityReport(IReadOnlyList<LayerFidelity> Layers, IReadOnlyList<FidelityFigure> Figures)
{
    /// <summary>Whether every measure keeps its limit.</summary>
    public bool Passed => Figures.All(figure => figure.Passed);

    /// <summary>The figure of a measure.</summary>
    public double this[FidelityMeasure measure] => Figures.First(figure => figure.Measure == measure).Value;
}
