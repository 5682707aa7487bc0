using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Training;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Training;

public sealed class PromptTrainerTests : IDisposable
{
    private const int Side = 84;
    private static readonly TrainingSettings Settings = new(Epochs: 4, BatchSize: 4, Seed: 5, Folds: 2) { Prompts = new PromptShape(12, 3, 4) };
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-train").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Start_ShapeOfAGoldenCheckpoint_SameFixedPartsAndRandomContexts()
    {
        using var model = Open();
        var theirs = PromptCheckpoint.Read(AdClip.Testing.SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));

        var ours = new PromptShape(12, 3, 4).Start(model, seed: 1);

        foreach (var (expected, actual) in new[] { (theirs.Normal, ours.Normal), (theirs.Abnormal, ours.Abnormal) })
        {
            Assert.Equal(expected.TokenIds, actual.TokenIds);
            Assert.Equal(expected.Prefix, actual.Prefix);
            Assert.Equal(expected.Suffix, actual.Suffix);
        }
        Assert.Equal(theirs.Parameters.Select(parameter => parameter.Length), ours.Parameters.Select(parameter => parameter.Length));
        float[] drawn = [.. ours.Parameters.SelectMany(parameter => parameter)];
        Assert.InRange(drawn.Average(), -0.002, 0.002);
        Assert.InRange(Math.Sqrt(drawn.Average(value => value * value)), 0.019, 0.021);
        Assert.Equal(drawn, new PromptShape(12, 3, 4).Start(model, seed: 1).Parameters.SelectMany(parameter => parameter));
        Assert.NotEqual(drawn[0], new PromptShape(12, 3, 4).Start(model, seed: 2).Parameters[0][0]);
    }

    [Fact]
    public void Train_FewImages_LossFallsAndCheckpointsGiveTheSameTexts()
    {
        using var model = Open();
        var items = Items(model);

        var outcome = Train(model, items, Settings, "whole");

        Assert.Equal(4, outcome.Epochs.Count);
        Assert.True(outcome.Epochs[^1].Loss.Total < 0.97 * outcome.Epochs[0].Loss.Total, $"{outcome.Epochs[0].Loss.Total} to {outcome.Epochs[^1].Loss.Total}");
        Assert.All(outcome.Epochs, epoch => Assert.Equal(2.0 / 3, epoch.OutOfFold!.AllPositiveF1, 1e-9));
        Assert.Equal(BestEpochReason.OutOfFoldF1, outcome.Reason);
        Assert.Equal(outcome.Epochs.MaxBy(epoch => (epoch.OutOfFold!.F1, epoch.OutOfFold.AveragePrecision))!.Epoch, outcome.BestEpoch);
        // The file that AnomalyCLIP wrote for this shape has the same tensors.
        var theirs = WeightFile.Open(AdClip.Testing.SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));
        var ours = WeightFile.Open(outcome.BestFile);
        Assert.Equal(Layout(theirs), Layout(ours));
        var texts = model.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: Path.Combine(_folder, "whole", "epoch_4.pth")));
        var start = model.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: Path.Combine(_folder, "whole", "epoch_1.pth")));
        Assert.Equal(1, texts.Normal.Sum(value => value * value), 1e-5);
        Assert.NotEqual(start.Abnormal, texts.Abnormal);

        static IEnumerable<string> Layout(WeightFile file)
            => file.Tensors.Values
                .Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)} {string.Join('.', tensor.Strides)}")
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Train_StoppedAndResumed_BitwiseAsUninterrupted()
    {
        using var model = Open();
        var items = Items(model);
        var whole = Train(model, items, Settings, "whole");
        using var stop = new CancellationTokenSource();
        var progress = new Told(told =>
        {
            if (told is { Epoch: 3, Step: 2 })
            {
                stop.Cancel();
            }
        });
        using (var first = new PromptTrainer(model, items, Settings, threads: 2))
        {
            Assert.ThrowsAny<OperationCanceledException>(() => first.Train(Path.Combine(_folder, "parts"), null, progress, stop.Token));
        }

        using var second = new PromptTrainer(model, items, Settings, threads: 1);
        var resumed = second.Train(
            Path.Combine(_folder, "parts"), Path.Combine(_folder, "parts", "epoch_2.pth"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(whole.Epochs.Select(epoch => (epoch.Loss, epoch.OutOfFold)), resumed.Epochs.Select(epoch => (epoch.Loss, epoch.OutOfFold)));
        foreach (var file in (string[])["epoch_3.pth", "epoch_4.pth", "epoch_4.state.safetensors"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", file)), File.ReadAllBytes(Path.Combine(_folder, "parts", file)));
        }
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "parts"), "*.state.safetensors"));
    }

    [Fact]
    public void Train_ResumedWithOtherSettings_Refused()
    {
        using var model = Open();
        var items = Items(model);
        Train(model, items, Settings with { Epochs = 1 }, "one");

        using var other = new PromptTrainer(model, items, Settings with { Seed = 6 });

        Assert.Equal(RefusalCode.TrainingStateInvalid, Assert.Throws<RefusedInputException>(
            () => other.Train(Path.Combine(_folder, "two"), Path.Combine(_folder, "one", "epoch_1.pth"), cancel: TestContext.Current.CancellationToken)).Code);
    }

    [Fact]
    public void Constructor_OneKindOrImpossibleShape_Refused()
    {
        using var model = Open();
        var items = Items(model);

        Assert.Equal(
            RefusalCode.TrainingImagesTooFew,
            Assert.Throws<RefusedInputException>(() => new PromptTrainer(model, [.. items.Where(item => !item.IsAnomaly)], Settings)).Code);
        Assert.Equal(
            RefusalCode.TrainingSettingInvalid,
            Assert.Throws<RefusedInputException>(() => new PromptTrainer(model, items, Settings with { Prompts = new PromptShape(Depth: 40) })).Code);
    }

    [Fact]
    public void Train_ViewsOfAnImage_StayInItsFold()
    {
        using var model = Open();
        var items = Items(model);
        TrainingItem[] withViews = [.. items, .. items.Select(item => item with { View = "mirrored" })];

        var assigned = ImageFolds.Assign(withViews, 2, seed: 3);

        Assert.Equal(items.Count, assigned.Count);
        Assert.Equal(ImageFolds.Assign([.. items.Reverse()], 2, seed: 3), assigned);
        foreach (var kind in items.GroupBy(item => item.IsAnomaly))
        {
            Assert.Equal(kind.Count() / 2, kind.Count(item => assigned[item.Sha256] == 0));
        }
    }

    private static DetectionModel Open() => DetectionModel.Open(Golden.TinyClip, new DetectorOptions(Side, 4, [2, 4, 6], VocabularyFolder: Golden.Vocabulary));

    private TrainingOutcome Train(DetectionModel model, IReadOnlyList<TrainingItem> items, TrainingSettings settings, string folder)
    {
        using var trainer = new PromptTrainer(model, items, settings);
        return trainer.Train(Path.Combine(_folder, folder), cancel: TestContext.Current.CancellationToken);
    }

    // Grey noise, and in half of the images a bright square.
    private static IReadOnlyList<TrainingItem> Items(DetectionModel model) => [.. Enumerable.Range(0, 8).Select(i =>
    {
        var random = new Random(i);
        var (rgb, mask) = (new byte[3 * Side * Side], new byte[Side * Side]);
        for (var p = 0; p < mask.Length; p++)
        {
            mask[p] = i % 2 == 1 && p % Side is > 20 and < 50 && p / Side is > 30 and < 60 ? (byte)1 : (byte)0;
            rgb.AsSpan(3 * p, 3).Fill((byte)(random.Next(60, 120) + (mask[p] * 120)));
        }
        var tokens = model.Encode(new PixelImage(Side, Side, rgb));
        return new TrainingItem($"{i:x64}", "", i % 2 == 1, () => new TrainingTokens(tokens, mask));
    })];

    private sealed class Told(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }
}
