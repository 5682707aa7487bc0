using AdClip.Vision.Training;

namespace AdClip.Vision.Datasets;

/// <summary>What each stage learns from, and what all of them are judged by, of images of any kind.</summary>
/// <param name="Learned">For each stage its images, anomalies first; a stage that is larger in both holds all of a smaller one.</param>
/// <param name="Judged">Images that no stage learns from, in the order in which they were given: the same for all stages.</param>
/// <typeparam name="T">An image.</typeparam>
public sealed record NestedDraw<T>(IReadOnlyList<IReadOnlyList<T>> Learned, IReadOnlyList<T> Judged);

/// <summary>Draws nested subsets of images that are not split into a part to learn from and a part to be judged by.</summary>
public static class NestedDraw
{
    /// <summary>Draws them. Stages take the first of one random order, so that they are nested; classes of anomalies take turns in it.</summary>
    /// <param name="good">Good images, each once.</param>
    /// <param name="anomalies">Defective images, each once.</param>
    /// <param name="classOf">The kind of defect of an image; null: unknown.</param>
    /// <param name="stages">At least one.</param>
    /// <param name="seed">Chooses the images.</param>
    /// <exception cref="RefusedInputException">A stage asks for more than there is.</exception>
    /// <typeparam name="T">An image.</typeparam>
    public static NestedDraw<T> Of<T>(IReadOnlyList<T> good, IReadOnlyList<T> anomalies, Func<T, string?> classOf, IReadOnlyList<Stage> stages, int seed)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(good);
        ArgumentNullException.ThrowIfNull(anomalies);
        ArgumentNullException.ThrowIfNull(classOf);
        ArgumentNullException.ThrowIfNull(stages);
        var (mostGood, mostAnomalies) = (stages.Max(stage => stage.Good), stages.Max(stage => stage.Anomalies));
        Require("good", mostGood, good.Count);
        Require("defective", mostAnomalies, anomalies.Count);
        var random = SeededRandom.For(seed, "stages");
        T[] goodInTurn = [.. good];
        random.Shuffle(goodInTurn);
        var anomaliesInTurn = TakingTurns(anomalies, classOf, random);
        var learned = anomaliesInTurn.Take(mostAnomalies).Concat(goodInTurn.Take(mostGood)).ToHashSet(ReferenceEqualityComparer.Instance);
        return new NestedDraw<T>(
            [.. stages.Select(stage => (IReadOnlyList<T>)[.. anomaliesInTurn.Take(stage.Anomalies), .. goodInTurn.Take(stage.Good)])],
            [.. good.Concat(anomalies).Where(image => !learned.Contains(image))]);
    }

    /// <exception cref="RefusedInputException">More are wanted than there are.</exception>
    internal static void Require(string kind, int wanted, int available)
    {
        if (wanted > available)
        {
            throw new RefusedInputException(
                RefusalCode.StageImagesTooFew,
                $"The stages need {wanted} {kind} images, one to be judged by included; there are {available}. Take smaller stages.",
                kind,
                wanted,
                available);
        }
    }

    /// <summary>A random order in which classes take turns, so that few images show many kinds.</summary>
    internal static List<T> TakingTurns<T>(IEnumerable<T> anomalies, Func<T, string?> classOf, SeededRandom random)
    {
        T[][] classes = [.. anomalies.GroupBy(classOf).Select(kind => kind.ToArray())];
        random.Shuffle(classes);
        foreach (var kind in classes)
        {
            random.Shuffle(kind);
        }
        return [.. Enumerable.Range(0, classes.Select(kind => kind.Length).DefaultIfEmpty().Max())
            .SelectMany(turn => classes.Where(kind => turn < kind.Length).Select(kind => kind[turn]))];
    }
}
