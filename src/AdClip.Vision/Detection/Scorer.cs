using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>Scores images against one set of prompts and good images. Immutable; safe for concurrent calls.</summary>
public sealed class Scorer : ITokenScorer
{
    private readonly string _encoderId;
    private readonly int _side;
    private readonly ScoringScheme _scheme;
    private readonly Dictionary<int, MemoryBank> _banks = [];
    private readonly MapOperator _enlarge;
    private readonly Lazy<InspectedArea?> _area;

    internal Scorer(string encoderId, int side, int grid, ScoringScheme scheme, TextPair texts, IReadOnlyList<Reference> references, InspectionRegions? regions)
        : this(encoderId, side, grid, scheme, texts, regions)
    {
        // At once, so that regions too small for the model are refused before anything is scored.
        var area = _area.Value;
        foreach (var reference in references.DistinctBy(reference => reference.Sha256))
        {
            Check(reference.Tokens.EncoderId);
            foreach (var layer in scheme.FewShotLayers)
            {
                var rows = UnitVectors.Normalise(reference.Tokens.Patches(layer), reference.Tokens.Width);
                Bank(layer, reference.Tokens.Width).Add(reference.Sha256, area is null ? rows : area.InspectedRows(rows));
            }
        }
    }

    /// <summary>For tiles, whose good patches were chosen within the regions already.</summary>
    internal Scorer(
        string encoderId, int side, int grid, ScoringScheme scheme, TextPair texts, IReadOnlyList<CorePatches> references, InspectionRegions? regions)
        : this(encoderId, side, grid, scheme, texts, regions)
    {
        foreach (var reference in references.DistinctBy(reference => reference.Sha256))
        {
            Check(reference.EncoderId);
            foreach (var layer in scheme.FewShotLayers)
            {
                Bank(layer, reference.Width).Add(reference.Sha256, reference.Layers[layer]);
            }
        }
    }

    private Scorer(string encoderId, int side, int grid, ScoringScheme scheme, TextPair texts, InspectionRegions? regions)
    {
        _encoderId = encoderId;
        _side = side;
        _scheme = scheme;
        Texts = texts;
        _enlarge = new MapOperator(grid, grid, side, side, scheme.Sigma(side));
        Regions = regions ?? InspectionRegions.Everything;
        _area = new Lazy<InspectedArea?>(
            () => Regions.Regions.Count > 0 ? new InspectedArea(Regions, grid, grid, side, side, patches => _enlarge.Apply(patches)) : null);
    }

    /// <summary>The text features in use.</summary>
    public TextPair Texts { get; }

    /// <summary>What is inspected. A caller who knows an image's size asks them first whether they fit it.</summary>
    /// <remarks>
    /// With regions, the class token has no part in the score: it sees the whole image, and what it saw outside cannot be taken
    /// out again. So scores with and without regions have different scales. <see cref="Detection.ClassProbability"/> still tells it.
    /// </remarks>
    public InspectionRegions Regions { get; }

    /// <summary>Scores one image.</summary>
    /// <param name="tokens">From the encoder that made the references.</param>
    /// <param name="sha256">Of the image's file in hexadecimal, so that it is not compared with itself; null if unknown.</param>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    public Detection Score(ImageTokens tokens, string? sha256)
    {
        var whole = ScorePatches(tokens, sha256, _area.Value?.Coverage);
        return new Detection(whole.Score, whole.ZeroShotScore, whole.FewShotScore, whole.ClassProbability, Map(whole.Patches));
    }

    /// <summary>The same without enlarging and smoothing the map: what a tile adds to the map of a large image.</summary>
    /// <param name="coverage">The inspected part of each patch, 0 to 1, of which one is more than 0; null: all of all of them.</param>
    internal PatchDetection ScorePatches(ImageTokens tokens, string? sha256, float[]? coverage)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Check(tokens.EncoderId);
        var classProbability = Texts.AbnormalProbability(tokens.ClassToken, _scheme.Temperature)[0];
        var patches = _scheme.ZeroShotPatches(tokens, Texts);
        var zeroShot = coverage is null
            ? (float)(((1 - _scheme.ClassWeight) * PatchPooling.TopMean(patches, _scheme.TopFraction)) + (_scheme.ClassWeight * classProbability))
            : Pooled(patches, coverage);
        if (_banks.Count == 0 || !_banks.Values.First().HasOtherThan(sha256))
        {
            return new PatchDetection(zeroShot, zeroShot, null, classProbability, patches);
        }

        var distances = _scheme.FewShotLayers.ToDictionary(
            layer => layer, layer => _banks[layer].Distances(UnitVectors.Normalise(tokens.Patches(layer), tokens.Width), sha256));
        var fewShot = Pooled(ScoringScheme.MeanOverLayers(_scheme.FewShotLayers, layer => [.. distances[layer]]), coverage);
        var shown = ScoringScheme.MeanOverLayers(_scheme.FewShotLayers, layer => Shown(layer, distances[layer]));
        for (var i = 0; i < patches.Length; i++)
        {
            patches[i] = (float)((_scheme.FewShotMapWeight * shown[i]) + ((1 - _scheme.FewShotMapWeight) * patches[i]));
        }
        // A weight of one gives the distance itself, to the last bit.
        var score = _scheme.FewShotScoreWeight == 1 ? fewShot : (float)((_scheme.FewShotScoreWeight * fewShot) + ((1 - _scheme.FewShotScoreWeight) * zeroShot));
        return new PatchDetection(score, zeroShot, fewShot, classProbability, patches);
    }

    /// <summary>Standard deviation of the map's smoothing in pixels of the model's input.</summary>
    internal double SigmaInputPixels => _scheme.Sigma(_side);

    private float[] Shown(int layer, float[] distances)
        => _scheme.Calibrations.TryGetValue(layer, out var calibration)
            ? [.. distances.Select(calibration.Probability)]
            : [.. distances.Select(distance => distance / 2)];

    private float Pooled(float[] patches, float[]? coverage)
        => coverage is null ? PatchPooling.TopMean(patches, _scheme.TopFraction) : PatchPooling.TopMean(patches, coverage, _scheme.TopFraction);

    private AnomalyMap Map(float[] patches)
        => new(_side, _side, _area.Value is { } area ? area.Map(patches) : _enlarge.Apply(patches));

    private MemoryBank Bank(int layer, int width)
    {
        if (!_banks.TryGetValue(layer, out var bank))
        {
            _banks[layer] = bank = new MemoryBank(width);
        }
        return bank;
    }

    private void Check(string encoderId)
    {
        if (encoderId != _encoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder, $"These tokens come from encoder {encoderId}, the scorer uses {_encoderId}; encode the image again.",
                encoderId, _encoderId);
        }
    }
}
