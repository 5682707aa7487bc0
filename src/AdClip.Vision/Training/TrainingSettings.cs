namespace AdClip.Vision.Training;

/// <summary>How prompts are learned.</summary>
/// <param name="Epochs">Times that every image is seen.</param>
/// <param name="BatchSize">Images of a step.</param>
/// <param name="Seed">Start, order of the images, folds and views follow from it.</param>
/// <param name="Folds">Parts by which the best epoch is chosen; 0: the last epoch is taken.</param>
/// <param name="SaveEvery">Epochs from one checkpoint to the next; the last and the best so far are always saved.</param>
public sealed record TrainingSettings(int Epochs = 15, int BatchSize = 8, int Seed = 111, int Folds = 3, int SaveEvery = 1)
{
    private const int MostEpochs = 10_000;
    private const int MostFolds = 20;

    /// <summary>How many vectors are learned.</summary>
    public PromptShape Prompts { get; init; } = new();

    /// <summary>How parameters follow their gradients.</summary>
    public OptimiserSettings Optimiser { get; init; } = OptimiserSettings.Adam();

    /// <summary>What each part of the loss weighs.</summary>
    public LossWeights Weights { get; init; } = LossWeights.AnomalyClip;

    /// <summary>Rounds deep prompts and their gradients to binary16, as AnomalyCLIP's code does.</summary>
    public bool RoundsDeepPrompts { get; init; }

    /// <summary>AnomalyCLIP's own: Adam at 0.001, maps four times the class token, no contrastive part.</summary>
    public static TrainingSettings AnomalyClip { get; } = new();

    /// <summary>The model card's: AdamW at 0.0001, three losses of the same weight.</summary>
    public static TrainingSettings ModelCard { get; } = new(Epochs: 200) { Optimiser = OptimiserSettings.AdamW(), Weights = new LossWeights(), SaveEvery = 10 };

    /// <summary>Refuses settings that cannot work, with any model.</summary>
    /// <exception cref="RefusedInputException">A number out of its range.</exception>
    public void Check()
    {
        Require("epoch", Epochs, 1, MostEpochs);
        Require("batch_size", BatchSize, 1, 4096);
        Require("folds", Folds, 0, MostFolds);
        Require("save_freq", SaveEvery, 1, MostEpochs);
        Require("learning_rate", Optimiser.LearningRate, 1e-9, 1);
        foreach (var weight in (double[])[Weights.Classification, Weights.Anomaly, Weights.Contrastive])
        {
            Require("loss_weights", weight, 0, 1000);
        }
    }

    internal static void Require(string setting, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw new RefusedInputException(
                RefusalCode.TrainingSettingInvalid, FormattableString.Invariant($"{setting} is {value}; training takes {least} to {most}."),
                setting, value, least, most);
        }
    }
}
