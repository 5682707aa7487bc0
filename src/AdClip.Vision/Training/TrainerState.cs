using System.Globalization;
using System.Text.Json;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Training;

/// <summary>What training needs to go on after an epoch: <c>epoch_N.state.safetensors</c> beside <c>epoch_N.pth</c>.</summary>
/// <remarks>
/// For learner l (0: all images, then one for each fold) and parameter p three tensors <c>l.p.value</c>, <c>l.p.mean</c> and
/// <c>l.p.square</c>; steps, history and what the training is of in the header. The order of the images follows from seed and
/// epoch, so there is nothing else: a resumed training gives the same bits as one that was never stopped.
/// </remarks>
internal static class TrainerState
{
    private const string Ending = ".state.safetensors";

    public static string PathOf(string folder, int epoch) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"epoch_{epoch}{Ending}"));

    /// <summary>The state of the latest epoch in a folder, and that epoch; null: there is none.</summary>
    public static (string File, int Epoch)? Newest(string folder)
    {
        var found = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"epoch_*{Ending}") : [];
        return found
            .Select(file => ((string, int)?)(
                file,
                int.TryParse(Path.GetFileName(file)["epoch_".Length..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
                    ? epoch
                    : 0))
            .MaxBy(state => state?.Item2);
    }

    /// <param name="path">The file to make.</param>
    /// <param name="identity">Names the training: settings, model and images.</param>
    /// <param name="learners">As they are after the last epoch of the history.</param>
    /// <param name="history">Every epoch so far.</param>
    public static void Write(string path, string identity, IReadOnlyList<PromptLearner> learners, IReadOnlyList<EpochReport> history)
    {
        var tensors = new List<(string, long[], float[])>();
        foreach (var (l, learner) in learners.Index())
        {
            foreach (var (p, value) in learner.Prompts.Parameters.Index())
            {
                foreach (var (kind, values) in Kinds(learner, p, value))
                {
                    tensors.Add((Name(l, p, kind), [value.Length], values));
                }
            }
        }
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["identity"] = identity,
            ["steps"] = JsonSerializer.Serialize(learners.Select(learner => learner.Optimiser.Steps)),
            ["history"] = JsonSerializer.Serialize(history),
        });
    }

    /// <summary>Puts the learners where they were.</summary>
    /// <param name="path">The state, or the checkpoint that it lies beside.</param>
    /// <param name="identity">As it was written.</param>
    /// <param name="learners">Receive parameters and optimiser state.</param>
    /// <returns>Every epoch so far.</returns>
    /// <exception cref="RefusedInputException">There is none, it is damaged, or it is of another training.</exception>
    public static IReadOnlyList<EpochReport> Read(string path, string identity, IReadOnlyList<PromptLearner> learners)
    {
        var file = path.EndsWith(Ending, StringComparison.Ordinal) ? path : Path.ChangeExtension(path, null) + Ending;
        if (!File.Exists(file))
        {
            throw Invalid(file, "there is no such file; only the newest epoch keeps one");
        }
        var stored = WeightFile.Open(file);
        if (stored.Metadata.GetValueOrDefault("identity") != identity)
        {
            throw Invalid(file, "it is of another model, other images or other settings; only the number of epochs may change");
        }
        foreach (var (l, learner) in learners.Index())
        {
            foreach (var (p, value) in learner.Prompts.Parameters.Index())
            {
                foreach (var (kind, values) in Kinds(learner, p, value))
                {
                    var read = stored.Require(Name(l, p, kind)).ReadFloats();
                    if (read.Length != values.Length)
                    {
                        throw Invalid(file, $"{Name(l, p, kind)} has {read.Length} values instead of {values.Length}");
                    }
                    read.CopyTo(values, 0);
                }
            }
        }
        try
        {
            var steps = JsonSerializer.Deserialize<int[]>(stored.Metadata["steps"]) ?? [];
            foreach (var (l, learner) in learners.Index())
            {
                learner.Optimiser.Steps = steps[l];
            }
            return JsonSerializer.Deserialize<List<EpochReport>>(stored.Metadata["history"]) ?? [];
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw Invalid(file, "its header is damaged");
        }
    }

    private static string Name(int learner, int parameter, string kind) => string.Create(CultureInfo.InvariantCulture, $"{learner}.{parameter}.{kind}");

    private static (string Kind, float[] Values)[] Kinds(PromptLearner learner, int parameter, float[] value)
        => [("value", value), ("mean", learner.Optimiser.Means[parameter]), ("square", learner.Optimiser.Squares[parameter])];

    private static RefusedInputException Invalid(string file, string what)
        => new(RefusalCode.TrainingStateInvalid, $"Training cannot be resumed from {Path.GetFileName(file)}: {what}.", Path.GetFileName(file), what);
}
