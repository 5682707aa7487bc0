using System.Diagnostics;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Detection;

/// <summary>Encodes and scores images with two openings of one model and compares the outcomes: the way to a <see cref="FidelityReport"/>.</summary>
/// <remarks>First the good images, then those to be compared. Not for several threads at once.</remarks>
/// <param name="reference">The model in float32.</param>
/// <param name="candidate">The same model with the same settings in another precision.</param>
/// <param name="prompts">What "normal" and "abnormal" mean.</param>
/// <param name="limits">How close they must be; null: the usual ones.</param>
public sealed class PrecisionComparison(DetectionModel reference, DetectionModel candidate, PromptSettings prompts, FidelityLimits? limits = null)
{
    private readonly FidelityCheck _check = new(limits);
    private readonly List<Reference> _referenceGood = [];
    private readonly List<Reference> _candidateGood = [];
    private Scorer? _referenceScorer;
    private Scorer? _candidateScorer;
    private TimeSpan _referenceTime;
    private TimeSpan _candidateTime;

    /// <summary>Images compared so far.</summary>
    public int Images => _check.Images;

    /// <summary>How many times as fast the candidate encoded; 0 until two images were compared.</summary>
    /// <remarks>By the clock, the two in turn: other work on the machine slows both.</remarks>
    public double Speedup => _candidateTime == TimeSpan.Zero ? 0 : _referenceTime / _candidateTime;

    /// <summary>Adds a good image to compare the others with.</summary>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public void AddReference(string imageFile, ImageLimits? limits = null)
    {
        var pixels = Preprocessing.LoadTensor(imageFile, reference.Model.ImageSize, reference.Input, limits);
        var sha256 = FileHash.Sha256(imageFile);
        _referenceGood.Add(new Reference(sha256, reference.Encode(pixels)));
        _candidateGood.Add(new Reference(sha256, candidate.Encode(pixels)));
        (_referenceScorer, _candidateScorer) = (null, null);
    }

    /// <summary>Encodes and scores an image with both.</summary>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read, or a prompt does not fit the model.</exception>
    public void Add(string imageFile, ImageLimits? limits = null)
    {
        _referenceScorer ??= reference.CreateScorer(prompts, _referenceGood);
        _candidateScorer ??= candidate.CreateScorer(prompts, _candidateGood);
        var pixels = Preprocessing.LoadTensor(imageFile, reference.Model.ImageSize, reference.Input, limits);
        var sha256 = FileHash.Sha256(imageFile);
        var start = Stopwatch.GetTimestamp();
        var expected = reference.Encode(pixels);
        var middle = Stopwatch.GetTimestamp();
        var actual = candidate.Encode(pixels);
        if (Images > 0 || _referenceGood.Count > 0)
        {
            // The very first run also touches the weights for the first time.
            _referenceTime += Stopwatch.GetElapsedTime(start, middle);
            _candidateTime += Stopwatch.GetElapsedTime(middle);
        }
        _check.Add(expected, _referenceScorer.Score(expected, sha256), actual, _candidateScorer.Score(actual, sha256));
    }

    /// <summary>The figures and the verdict so far.</summary>
    /// <exception cref="InvalidOperationException">No image was compared.</exception>
    public FidelityReport Report() => _check.Report();
}
