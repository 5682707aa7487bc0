namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a fit has to know of the model, and where it looks. Made by <see cref="DetectionModel.FitContext"/>.</summary>
public sealed class FitContext
{
    private readonly MapOperator _enlarge;
    private readonly InspectedArea? _area;

    /// <exception cref="RefusedInputException">Regions smaller than the model can tell apart.</exception>
    internal FitContext(string encoderId, int side, int grid, ScoringScheme scheme, InspectionRegions? regions = null)
    {
        (EncoderId, Side, Grid, Scheme, Regions) = (encoderId, side, grid, scheme, regions ?? InspectionRegions.Everything);
        _enlarge = new MapOperator(grid, grid, side, side, scheme.Sigma(side));
        _area = Regions.Regions.Count > 0 ? new InspectedArea(Regions, grid, grid, side, side, patches => _enlarge.Apply(patches)) : null;
    }

    /// <summary>The encoder whose tokens fit.</summary>
    public string EncoderId { get; }

    /// <summary>Side S of the model's square input and of the map in pixels.</summary>
    public int Side { get; }

    /// <summary>Patches along one side.</summary>
    public int Grid { get; }

    /// <summary>What is inspected. What lies outside has no say in anything that is fitted.</summary>
    public InspectionRegions Regions { get; }

    internal ScoringScheme Scheme { get; }

    /// <summary>Most multiplications that comparing all images of a fit with the bank may take: about a minute of two processors.</summary>
    internal double MostProducts { get; init; } = 4e12;

    /// <summary>The same model looking elsewhere.</summary>
    /// <exception cref="RefusedInputException">Regions smaller than the model can tell apart.</exception>
    public FitContext At(InspectionRegions regions) => new(EncoderId, Side, Grid, Scheme, regions);

    /// <summary>The inspected part of each patch, 0 to 1: [T]; null: all of all of them.</summary>
    internal float[]? Inspected => _area?.Coverage;

    /// <summary>The unit or other rows [T, E] of patches of which something is inspected.</summary>
    internal float[] InspectedRows(float[] rows) => _area is null ? rows : _area.InspectedRows(rows);

    /// <summary>One number for an image from the values of its patches [T].</summary>
    internal double Pool(float[] patches)
        => _area is null ? PatchPooling.TopMean(patches, Scheme.TopFraction) : PatchPooling.TopMean(patches, _area.Coverage, Scheme.TopFraction);

    /// <summary>How much patches count: the values [T], 0 where nothing is inspected.</summary>
    internal float[] OnlyInspected(float[] patches) => _area is null ? patches : [.. patches.Select((value, i) => value * _area.Coverage[i])];

    /// <summary>The map of these patch values, on the scale of the map: [S, S].</summary>
    internal float[] Map(float[] shown) => _area is null ? _enlarge.Apply(shown) : _area.Map(shown);
}
