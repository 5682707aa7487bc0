namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a fit has to know of the model. Made by <see cref="ClipDetector.FitContext"/>.</summary>
public sealed class FitContext
{
    internal FitContext(string encoderId, int side, int grid, ScoringScheme scheme)
        => (EncoderId, Side, Grid, Scheme) = (encoderId, side, grid, scheme);

    /// <summary>The encoder whose tokens fit.</summary>
    public string EncoderId { get; }

    /// <summary>Side S of the model's square input and of the map in pixels.</summary>
    public int Side { get; }

    /// <summary>Patches along one side.</summary>
    public int Grid { get; }

    internal ScoringScheme Scheme { get; }
}
