using AdClip.Vision.Detection.Tiles;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>Which patches of good images join the bank: the inspected ones, thinned where all together would make a fit too slow.</summary>
/// <remarks>
/// Each view is thinned on its own by <see cref="Coreset"/>, so leaving an image out leaves the others whole. A hundred images of a large model
/// have 150,000 patches in each layer; comparing all with all takes half an hour, and every later image seconds.
/// </remarks>
internal sealed class BankRows
{
    private const int LeastOfView = 16;

    private readonly FitContext _model;
    private readonly int _keep;

    /// <param name="model">Where it looks, and how long a fit may take.</param>
    /// <param name="images">All images of the fit.</param>
    /// <param name="layers">Number of layers of the bank.</param>
    public BankRows(FitContext model, FitImage[] images, int layers)
    {
        _model = model;
        var products = (double)images.Length * model.Grid * model.Grid * images[0].Tokens.Width * layers;
        var views = images.Where(image => !image.IsAnomaly).Sum(image => image.Views.Count);
        _keep = (int)Math.Clamp(model.MostProducts / products / views, LeastOfView, int.MaxValue);
    }

    /// <param name="rows">Of all patches of a view, [T, E], of unit length or not.</param>
    /// <param name="width">E.</param>
    /// <returns>[up to T, E], unchanged.</returns>
    public float[] Of(float[] rows, int width)
    {
        var inspected = _model.InspectedRows(rows);
        return inspected.Length <= (long)_keep * width
            ? inspected
            : [.. new Coreset(width, _keep).Choose(UnitVectors.Normalise(inspected, width)).SelectMany(row => inspected[(row * width)..((row + 1) * width)])];
    }
}
