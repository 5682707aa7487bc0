using System.Text.Json.Serialization;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>What a training learns.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LearnKind>))]
public enum LearnKind
{
    /// <summary>Bank and heads, from the model's own texts.</summary>
    Quick,

    /// <summary>Texts alone.</summary>
    Prompts,

    /// <summary>Texts first, then bank and heads beside them.</summary>
    Both,
}

/// <summary>Settings that belong together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromptPreset>))]
public enum PromptPreset
{
    /// <summary>Adam at 0.001; maps weigh four times the class token; 15 epochs.</summary>
    AnomalyClip,

    /// <summary>AdamW at 0.0001; three losses of the same weight; 200 epochs.</summary>
    ModelCard,
}

/// <summary>How somebody wants prompts to be learned; what is left out follows the preset and the model.</summary>
/// <param name="Epochs">Times that every image is seen.</param>
/// <param name="BatchSize">Images of a step.</param>
/// <param name="LearningRate">Size of a step.</param>
/// <param name="Optimiser">adam or adamw.</param>
/// <param name="ContextLength">n_ctx: learned vectors of each prompt.</param>
/// <param name="DeepLength">t_n_ctx: vectors of each deep prompt.</param>
/// <param name="Depth">Text blocks that take part.</param>
/// <param name="ClassificationWeight">Of the loss of class tokens.</param>
/// <param name="AnomalyWeight">Of the loss of maps.</param>
/// <param name="ContrastiveWeight">Of each text against the images of the batch.</param>
/// <param name="Folds">Parts by which epochs are judged: at least 2.</param>
/// <param name="Seed">Start, order, folds and views follow from it.</param>
/// <param name="Views">Augmented views of each image.</param>
/// <param name="Crops">Whether views are parts of the image.</param>
/// <param name="Mirrors">Whether views are mirrored.</param>
/// <param name="Turns">Whether views are turned.</param>
/// <param name="Brightness">Whether views are brighter or darker.</param>
public sealed record PromptRequest(
    PromptPreset Preset = PromptPreset.AnomalyClip, int? Epochs = null, int? BatchSize = null, double? LearningRate = null,
    string? Optimiser = null, int? ContextLength = null, int? DeepLength = null, int? Depth = null,
    double? ClassificationWeight = null, double? AnomalyWeight = null, double? ContrastiveWeight = null, int? Folds = null, int? Seed = null,
    int Views = 0, bool Crops = false, bool Mirrors = false, bool Turns = false, bool Brightness = false)
{
    /// <summary>Most views of an image: each is encoded like an image.</summary>
    public const int MostViews = 50;

    private const int LeastFolds = 2;
    private static readonly string[] Optimisers = ["adam", "adamw"];

    /// <summary>The preset alone.</summary>
    public static TrainingSettings Of(PromptPreset preset) =>
        (preset == PromptPreset.ModelCard ? TrainingSettings.ModelCard : TrainingSettings.AnomalyClip) with { SaveEvery = 1 };

    /// <summary>The settings with nothing left open.</summary>
    /// <exception cref="RefusedInputException">A number out of its range, or one that the model cannot have.</exception>
    internal PromptPlan Plan(DetectionModel model)
    {
        var preset = Of(Preset);
        var isAdamW = (Optimiser ?? (Preset == PromptPreset.ModelCard ? "adamw" : "adam")) switch
        {
            "adam" => false,
            "adamw" => true,
            var other => throw new RefusedInputException(
                RefusalCode.TrainingSettingUnknown, $"optimiser is '{other}'; choose {string.Join(" or ", Optimisers)}.",
                "optimiser", other, string.Join(", ", Optimisers)),
        };
        var shape = PromptShape.For(model);
        var settings = preset with
        {
            Epochs = Epochs ?? preset.Epochs,
            BatchSize = BatchSize ?? preset.BatchSize,
            Seed = Seed ?? preset.Seed,
            Folds = Folds ?? preset.Folds,
            Prompts = new PromptShape(ContextLength ?? shape.ContextLength, Depth ?? shape.Depth, DeepLength ?? shape.DeepLength),
            Optimiser = (isAdamW, LearningRate) switch
            {
                (true, { } rate) => OptimiserSettings.AdamW(rate),
                (true, null) => OptimiserSettings.AdamW(),
                (false, { } rate) => OptimiserSettings.Adam(rate),
                _ => OptimiserSettings.Adam(),
            },
            Weights = new LossWeights(
                ClassificationWeight ?? preset.Weights.Classification,
                AnomalyWeight ?? preset.Weights.Anomaly, ContrastiveWeight ?? preset.Weights.Contrastive),
        };
        settings.Check();
        settings.Prompts.Check(model);
        if (settings.Folds < LeastFolds)
        {
            // Without folds only images that were learned from could judge, and their scores flatter.
            throw new RefusedInputException(
                RefusalCode.TrainingSettingInvalid, $"folds is {settings.Folds}; training takes {LeastFolds} to 20.",
                "folds", settings.Folds, LeastFolds, 20);
        }
        if (Views is < 0 or > MostViews)
        {
            throw new RefusedInputException(
                RefusalCode.TrainingSettingInvalid, $"views is {Views}; training takes 0 to {MostViews}.", "views", Views, 0, MostViews);
        }
        return new PromptPlan(settings, new Augmentation(Views, Crops, Mirrors, Turns, Brightness));
    }
}

/// <summary>What the job is told of the prompts that it shall learn.</summary>
internal sealed record PromptPlan(TrainingSettings Settings, Augmentation Augmentation);
