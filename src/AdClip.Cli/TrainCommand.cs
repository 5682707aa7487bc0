using System.CommandLine;
using System.Globalization;
using AdClip.Vision.Datasets;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;

namespace AdClip.Cli;

/// <summary><c>adclip train</c>: learned prompts from a data set.</summary>
internal static class TrainCommand
{
    private const string Automatic = "auto";
    private const string AdamW = "adamw";

    public static Command Create()
    {
        var model = new ModelOptions();
        var data = new Option<string>("--train_data_path", "--train-data-path")
        {
            Description = "Data set: MVTec-AD layout, or a folder with AnomalyCLIP's meta.json",
            Required = true,
        };
        var save = new Option<string>("--save_path", "--save-path")
        {
            Description = "Folder for epoch_N.pth, the state to resume from, training.json and kept tokens",
            Required = true,
        };
        var product = new Option<string[]>("--dataset") { Description = "Only these products of the data set", AllowMultipleArgumentsPerToken = true };
        var part = new Option<string>("--split")
        {
            Description = "Which part is learned from: train; test, as AnomalyCLIP learns from "
                + "another product's test images; all; or auto: train if it has defective images, else test",
            DefaultValueFactory = _ => Automatic,
        };
        part.AcceptOnlyFromAmong(Automatic, "train", "test", "all");
        var context = new Option<int?>("--n_ctx") { Description = "Learned vectors of each prompt (12)" };
        var depth = new Option<int?>("--depth") { Description = "Text blocks that take part, deep prompts in all but the first (9, or as many as there are)" };
        var deep = new Option<int?>("--t_n_ctx") { Description = "Vectors of each deep prompt (4)" };
        var epochs = new Option<int>("--epoch") { Description = "Times that every image is seen", DefaultValueFactory = _ => 15 };
        var rate = new Option<double?>("--learning_rate") { Description = "Size of a step (0.001; adamw 0.0001)" };
        var batch = new Option<int>("--batch_size") { Description = "Images of a step", DefaultValueFactory = _ => 8 };
        var optimiser = new Option<string>("--optimizer")
        {
            Description = "adam with AnomalyCLIP's loss (1, 4, 0), or adamw with the model card's (1, 1, 1)",
            DefaultValueFactory = _ => "adam",
        };
        optimiser.AcceptOnlyFromAmong("adam", AdamW);
        var weights = new Option<double[]>("--loss_weights")
        {
            Description = "Weights of the classification, anomaly and contrastive loss",
            Arity = new ArgumentArity(3, 3),
            AllowMultipleArgumentsPerToken = true,
        };
        var seed = new Option<int>("--seed") { Description = "Start, order, folds and views follow from it", DefaultValueFactory = _ => 111 };
        var folds = new Option<int>("--folds")
        {
            Description = "Parts by which the best epoch is chosen; 0: the last epoch, in less time",
            DefaultValueFactory = _ => 3,
        };
        var every = new Option<int>("--save_freq")
        {
            Description = "Epochs from one checkpoint to the next; the best and the last are always kept",
            DefaultValueFactory = _ => 1,
        };
        var half = new Option<bool>("--half_prompts") { Description = "Round deep prompts to 16 bits, as AnomalyCLIP's code does" };
        var resume = new Option<string?>("--resume") { Description = "epoch_N.pth or epoch_N.state.safetensors to go on from" };
        var views = new Option<int>("--views") { Description = "Augmented views of each image, encoded once" };
        var augment = new Option<string[]>("--augment")
        {
            Description = "What views are: crop, mirror, turn, brightness",
            AllowMultipleArgumentsPerToken = true,
        };
        augment.AcceptOnlyFromAmong("crop", "mirror", "turn", "brightness");
        var command = new Command("train", "Learn prompts from good and defective images")
        {
            data, save, product, part, context, depth, deep, epochs, rate, batch, optimiser, weights, seed, folds, every, half, resume, views, augment,
        };
        model.AddAll(command);
        command.SetAction((parsed, cancel) =>
        {
            var images = Chosen(DatasetProducts.Read(parsed.GetRequiredValue(data), parsed.GetValue(product) ?? []), parsed.GetValue(part)!);
            using var detector = model.Open(parsed);
            var shape = PromptShape.For(detector);
            var isCard = parsed.GetValue(optimiser) == AdamW;
            var settings = (isCard ? TrainingSettings.ModelCard : TrainingSettings.AnomalyClip) with
            {
                Epochs = parsed.GetValue(epochs),
                BatchSize = parsed.GetValue(batch),
                Seed = parsed.GetValue(seed),
                Folds = parsed.GetValue(folds),
                SaveEvery = parsed.GetValue(every),
                RoundsDeepPrompts = parsed.GetValue(half),
                Prompts = new PromptShape(
                    parsed.GetValue(context) ?? shape.ContextLength, parsed.GetValue(depth) ?? shape.Depth, parsed.GetValue(deep) ?? shape.DeepLength),
                Optimiser = (isCard, parsed.GetValue(rate)) switch
                {
                    (true, { } size) => OptimiserSettings.AdamW(size),
                    (true, null) => OptimiserSettings.AdamW(),
                    (false, { } size) => OptimiserSettings.Adam(size),
                    _ => OptimiserSettings.Adam(),
                },
            };
            if (parsed.GetValue(weights) is [var classification, var anomaly, var contrastive])
            {
                settings = settings with { Weights = new LossWeights(classification, anomaly, contrastive) };
            }
            var kinds = parsed.GetValue(augment) ?? [];
            var augmentation = new Augmentation(
                parsed.GetValue(views), kinds.Contains("crop"), kinds.Contains("mirror"), kinds.Contains("turn"), kinds.Contains("brightness"));
            Run(detector, images, settings, augmentation, parsed.GetRequiredValue(save), parsed.GetValue(resume), cancel);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static void Run(
        Vision.Detection.DetectionModel detector, IReadOnlyList<DatasetImage> images, TrainingSettings settings,
        Augmentation augmentation, string folder, string? resume, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var tokens = new DatasetTokens(detector, Path.Combine(folder, "tokens"));
        IReadOnlyList<EncodedImage> encoded;
        using (var progress = new Progress("images", images.Count))
        {
            encoded = tokens.Encode(images, augmentation, settings.Seed, progress.Step, cancel);
        }
        using var trainer = new PromptTrainer(detector, tokens.Items(encoded), settings);
        using var bar = new TrainingBar();
        TrainingOutcome outcome;
        try
        {
            outcome = trainer.Train(folder, resume, bar, cancel);
        }
        catch (OperationCanceledException)
        {
            var newest = bar.LastEpoch is { } epoch
                ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"epoch_{epoch}.state.safetensors"))
                : resume;
            bar.Dispose();
            Console.Error.WriteLine(
                newest is null ? "adclip: stopped before the first epoch ended; the images stay encoded" : $"adclip: stopped; go on with --resume {newest}");
            throw;
        }
        TrainingFile.Write(folder, detector.Model, settings, encoded, outcome);
        var best = outcome.Best;
        Console.WriteLine(best.OutOfFold is { } score
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"best epoch {best.Epoch}: F1 {score.F1:F4} out of fold (all called anomalous: {score.AllPositiveF1:F4}), AUROC {score.AreaUnderRoc:F4}")
            : $"last epoch {best.Epoch}: {(outcome.Reason == BestEpochReason.LastOfTooFewImages ? "too few images to choose by" : "not chosen by folds")}");
        Console.WriteLine(outcome.BestFile);
    }

    private static IReadOnlyList<DatasetImage> Chosen(IReadOnlyList<DatasetImage> images, string part)
    {
        if (part == Automatic)
        {
            var isEnough = images.Any(image => image is { Part: DatasetPart.Train, IsAnomaly: true });
            part = isEnough ? "train" : "test";
            if (!isEnough)
            {
                Console.Error.WriteLine("adclip: warning: the training part has no defective image, so the "
                    + "test images are learned from, as AnomalyCLIP does; do not judge these prompts by them");
            }
        }
        return part == "all" ? images : [.. images.Where(image => image.Part == (part == "train" ? DatasetPart.Train : DatasetPart.Test))];
    }
}
