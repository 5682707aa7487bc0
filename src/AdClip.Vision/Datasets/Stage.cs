using System.Globalization;
using AdClip.Vision.Training;

namespace AdClip.Vision.Datasets;

/// <summary>How many images a detector may learn from.</summary>
/// <param name="Anomalies">Defective ones.</param>
/// <param name="Good">Good ones.</param>
public sealed record Stage(int Anomalies, int Good)
{
    /// <summary>The model card's stages: 10 defective images with 4, 10 and 110 good ones.</summary>
    public static IReadOnlyList<Stage> ModelCard { get; } = [new(10, 4), new(10, 10), new(10, 110)];

    /// <summary>As written: <c>10+4</c> is 10 defective and 4 good images.</summary>
    /// <returns>Null if it is not written so.</returns>
    public static Stage? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('+');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var anomalies)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var good) && anomalies + good > 0
            ? new Stage(anomalies, good)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Anomalies}+{Good}");
}

/// <summary>What each stage learns from, and what all of them are judged by.</summary>
/// <param name="Learned">For each stage its images; a larger stage holds those of a smaller one.</param>
/// <param name="Judged">Test images that no stage learns from: the same for all stages.</param>
public sealed record StageSplit(IReadOnlyList<IReadOnlyList<EncodedImage>> Learned, IReadOnlyList<EncodedImage> Judged)
{
    /// <summary>Draws nested subsets of one product.</summary>
    /// <remarks>
    /// Good images come from the training part. Defective ones do too if there are enough, else from the test part, of which
    /// those of the largest stage are then missing for every stage; classes take turns, so that few images show many kinds.
    /// </remarks>
    /// <param name="images">Of one product.</param>
    /// <param name="stages">At least one.</param>
    /// <param name="seed">Chooses the images.</param>
    /// <exception cref="RefusedInputException">A stage asks for more than there is.</exception>
    public static StageSplit Draw(IReadOnlyList<EncodedImage> images, IReadOnlyList<Stage> stages, int seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(stages);
        var random = SeededRandom.For(seed, "stages");
        var (mostAnomalies, mostGood) = (stages.Max(stage => stage.Anomalies), stages.Max(stage => stage.Good));
        EncodedImage[] good = [.. Of(DatasetPart.Train, false)];
        random.Shuffle(good);
        var own = NestedDraw.TakingTurns(Of(DatasetPart.Train, true), image => image.Image.DefectClass, random);
        var borrowed = own.Count < mostAnomalies;
        var anomalies = borrowed ? NestedDraw.TakingTurns(Of(DatasetPart.Test, true), image => image.Image.DefectClass, random) : own;
        NestedDraw.Require("good", mostGood, good.Length);
        NestedDraw.Require("defective", mostAnomalies + (borrowed ? 1 : 0), anomalies.Count);
        var used = borrowed ? anomalies.Take(mostAnomalies).ToHashSet() : [];
        return new StageSplit(
            [.. stages.Select(stage => (IReadOnlyList<EncodedImage>)[.. anomalies.Take(stage.Anomalies), .. good.Take(stage.Good)])],
            [.. images.Where(image => image.Image.Part == DatasetPart.Test && !used.Contains(image))]);

        IEnumerable<EncodedImage> Of(DatasetPart part, bool isAnomaly)
            => images.Where(image => image.Image.Part == part && image.Image.IsAnomaly == isAnomaly).OrderBy(image => image.Image.Path, StringComparer.Ordinal);
    }
}
