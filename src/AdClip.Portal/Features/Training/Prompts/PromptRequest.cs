using System.ComponentModel;
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
public sealed record PromptRequest
{
    /// <summary>Most views of an image: each is encoded like an image.</summary>
    public const int MostViews = 50;

    private const int LeastFolds = 2;
    private static readonly string[] Optimisers = ["adam", "adamw"];

    // The description of the API does not see initial values.
    [DefaultValue(PromptPreset.AnomalyClip)]
    public PromptPreset Preset { get; init; } = PromptPreset.AnomalyClip;

    /// <summary>Times that every image is seen.</summary>
    public int? Epochs { get; init; }

    /// <summary>Images of a step.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Size of a step.</summary>
    public double? LearningRate { get; init; }

    /// <summary>adam or adamw.</summary>
    public string? Optimiser { get; init; }

    /// <summary>n_ctx: learned vectors of each prompt.</summary>
    public int? ContextLength { get; init; }

    /// <summary>t_n_ctx: vectors of each deep prompt.</summary>
    public int? DeepLength { get; init; }

    /// <summary>Text blocks that take part.</summary>
    public int? Depth { get; init; }

    /// <summary>Of the loss of class tokens.</summary>
    public double? ClassificationWeight { get; init; }

    /// <summary>Of the loss of maps.</summary>
    public double? AnomalyWeight { get; init; }

    /// <summary>Of each text against the images of the batch.</summary>
    public double? ContrastiveWeight { get; init; }

    /// <summary>Parts by which epochs are judged: at least 2.</summary>
    public int? Folds { get; init; }

    /// <summary>Start, order, folds and views follow from it.</summary>
    public int? Seed { get; init; }

    /// <summary>Augmented views of each image.</summary>
    [DefaultValue(0)]
    public int Views { get; init; }

    /// <summary>Whether views are parts of the image.</summary>
    [DefaultValue(false)]
    public bool Crops { get; init; }

    /// <summary>Whether views are mirrored.</summary>
    [DefaultValue(false)]
    public bool Mirrors { get; init; }

    /// <summary>Whether views are turned.</summary>
    [DefaultValue(false)]
    public bool Turns { get; init; }

    /// <summary>Whether views are brighter or darker.</summary>
    [DefaultValue(false)]
    public bool Brightness { get; init; }

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
