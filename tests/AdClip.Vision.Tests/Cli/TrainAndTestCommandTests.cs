using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Cli;

/// <summary><c>train</c> and <c>test</c> on a few of the pictures that come with the program, with the embedded model.</summary>
public sealed class TrainAndTestCommandTests : IDisposable
{
    private static readonly string Samples = Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel");
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-train").FullName;

    private string Home => Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;

    private string Product => Path.Combine(_folder, "steel");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Train_ThenEncodeTextAndTest_CheckpointFitsAndLeakIsTold()
    {
        CopySamples();
        var save = Path.Combine(_folder, "out");

        var trained = await AdClipProcess.RunAsync(
            Home, "train", "--train_data_path", Product, "--save_path", save, "--epoch", "2",
            "--depth", "3", "--folds", "2", "--views", "1", "--augment", "mirror", "crop");

        Assert.True(trained.ExitCode == 0, trained.Errors);
        Assert.Contains("AnomalyCLIP", trained.Errors, StringComparison.Ordinal);
        Assert.Contains("epoch 2/2 loss", trained.Output, StringComparison.Ordinal);
        var best = trained.Output.Trim().Split('\n')[^1].Trim();
        // Names, shapes and types of AnomalyCLIP's own files, but for the width.
        var checkpoint = WeightFile.Open(best);
        var width = checkpoint.Require("prompt_learner.ctx_pos").Shape[^1];
        var theirs = WeightFile.Open(SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));
        Assert.Equal(
            theirs.Tensors.Values.Select(tensor => Describe(tensor, 64)).Order(StringComparer.Ordinal),
            checkpoint.Tensors.Values.Select(tensor => Describe(tensor, width)).Order(StringComparer.Ordinal));

        var text = Path.Combine(_folder, "text.safetensors");
        var encoded = await AdClipProcess.RunAsync(Home, "encode-text", "--checkpoint", best, "--out", text);
        Assert.True(encoded.ExitCode == 0, encoded.Errors);
        using var model = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));
        var pair = model.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: best));
        Assert.Equal([.. pair.Normal, .. pair.Abnormal], WeightFile.Open(text).Require("prompts").ReadFloats());

        var tested = await AdClipProcess.RunAsync(Home, "test", "--data_path", Product, "--checkpoint", best, "--tokens", Path.Combine(save, "tokens"));
        Assert.True(tested.ExitCode == 0, tested.Errors);
        Assert.Contains("learned from 8 of these 8 images", tested.Errors, StringComparison.Ordinal);

        static string Describe(StoredTensor tensor, long width)
            => $"{tensor.Name} {tensor.Type} "
                + $"{string.Join('x', tensor.Shape.Select((length, axis) => axis == tensor.Shape.Count - 1 && length == width ? "D" : $"{length}"))}";
    }

    [Fact]
    public async Task Test_WithReferences_EveryFigureAndWhatItIsWorth()
    {
        CopySamples();
        var json = Path.Combine(_folder, "test.json");

        var outcome = await AdClipProcess.RunAsync(Home, "test", "--data_path", Product, "--reference", Product, "--json", json);

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken));
        var product = document.RootElement.GetProperty("products")[0];
        Assert.Equal(
            (8, 4, 4), (product.GetProperty("images").GetInt32(), product.GetProperty("anomalies").GetInt32(), product.GetProperty("references").GetInt32()));
        foreach (var name in (string[])[
            "image_auroc", "image_ap", "image_f1_max", "image_precision", "image_recall",
            "pixel_auroc", "pixel_ap", "pixel_f1_max", "aupro_0.3", "aupro_0.05", "box_map_50", "box_map",
        ])
        {
            Assert.InRange(product.GetProperty(name).GetDouble(), 0, 1);
            Assert.Equal(product.GetProperty(name).GetDouble(), document.RootElement.GetProperty("mean").GetProperty(name).GetDouble());
        }
        Assert.Equal(2.0 / 3, product.GetProperty("image_f1_all_positive").GetDouble(), 1e-12);
        Assert.True(product.GetProperty("is_exact").GetBoolean());
        Assert.True(product.GetProperty("pixel_auroc").GetDouble() > 0.6);
        Assert.Contains("chosen on these images", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_Stages_EachDetectorThatCanLearnAndStageOnce()
    {
        CopySamples();
        var json = Path.Combine(_folder, "stages.json");

        var outcome = await AdClipProcess.RunAsync(
            Home, "test", "--data_path", Product, "--shots", "0+4,2+2,2+4", "--seeds", "2",
            "--detector", "text", "statistics", "bank", "fitted", "--share", "0.2", "--json", json);

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken));
        var stages = document.RootElement.GetProperty("stages").EnumerateArray().ToArray();
        Assert.Equal(12, stages.Length);
        Assert.All(stages, stage => Assert.Equal(2, stage.GetProperty("runs").GetArrayLength()));
        var runs = stages.SelectMany(stage => stage.GetProperty("runs").EnumerateArray()).ToArray();
        // Two defective images are learned from, the other two judge every stage.
        Assert.All(runs, run => Assert.Equal(6, run.GetProperty("test_images").GetInt32()));
        Assert.All(runs, run => Assert.Equal(1.0 / 3, run.GetProperty("f1_all_positive_at_share").GetDouble(), 1e-12));
        foreach (var stage in stages)
        {
            // Where only good images were learned from there is no F1 of them, but a threshold that good images give.
            var isGoodOnly = stage.GetProperty("anomalies").GetInt32() == 0;
            Assert.Equal(isGoodOnly ? JsonValueKind.Null : JsonValueKind.Number, stage.GetProperty("mean").GetProperty("f1_at_share").ValueKind);
            Assert.InRange(stage.GetProperty("mean").GetProperty("false_rejects").GetDouble(), 0, 1);
            Assert.InRange(stage.GetProperty("mean").GetProperty("box_map_50").GetDouble(), 0, 1);
        }
    }

    [Fact]
    public async Task Test_StagesOfPrompts_NotWithoutDefectiveImages()
    {
        CopySamples();

        var outcome = await AdClipProcess.RunAsync(
            Home, "test", "--data_path", Product, "--shots", "2+4,0+4", "--seeds", "1", "--detector", "prompts", "fitted-prompts", "--leave-out", "scratch");

        Assert.Equal(
            (1, "adclip: The stages need 3 defective images, one to be judged by included; there are 2. Take smaller stages."),
            (outcome.ExitCode, outcome.Errors.Trim().Split('\n')[^1]));
        outcome = await AdClipProcess.RunAsync(
            Home, "test", "--data_path", Product, "--shots", "2+4,0+4", "--seeds", "1", "--detector", "prompts", "fitted-prompts");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        var rows = outcome.Output.Split('\n').Where(line => line.Contains("2+4", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["prompts", "fitted-prompts"], rows.Select(row => row.Split(' ')[0]));
        Assert.DoesNotContain("0+4", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_CtrlCAfterAnEpoch_KeepsItAndGoesOnToTheSameEnd()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that one process sends another as Ctrl+C.");
        CopySamples();
        var (stopped, straight) = (Path.Combine(_folder, "stopped"), Path.Combine(_folder, "straight"));
        string[] Arguments(string folder, int epochs)
            => ["train", "--train_data_path", Product, "--save_path", folder, "--epoch", $"{epochs}", "--depth", "2", "--folds", "2"];

        var first = await AdClipProcess.RunUntilAsync(Home, "epoch 1/", Arguments(stopped, 400));

        Assert.Equal(130, first.ExitCode);
        var state = first.Errors.Split('\n').Single(line => line.Contains("--resume ", StringComparison.Ordinal)).Split("--resume ")[1].Trim();
        var done = int.Parse(Path.GetFileName(state).Split('_', '.')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(done, 1, 399);
        Assert.True(File.Exists(Path.Combine(stopped, $"epoch_{done}.pth")));

        var resumed = await AdClipProcess.RunAsync(Home, [.. Arguments(stopped, done + 1), "--resume", state]);
        var whole = await AdClipProcess.RunAsync(Home, Arguments(straight, done + 1));
        Assert.True(resumed.ExitCode == 0 && whole.ExitCode == 0, resumed.Errors + whole.Errors);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(straight, $"epoch_{done + 1}.pth"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(stopped, $"epoch_{done + 1}.pth"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1, "train", "--train_data_path", "none", "--save_path", "out")]
    [InlineData(2, "train", "--train_data_path", "none")]
    [InlineData(2, "test", "--data_path", "none", "--shots", "4")]
    [InlineData(2, "test", "--data_path", "none", "--detector", "magic")]
    [InlineData(2, "test", "--data_path", "none", "--detector", "fitted")]
    [InlineData(2, "test", "--data_path", "none", "--seeds", "3")]
    [InlineData(2, "test", "--data_path", "none", "--shots", "2+2", "--share", "1")]
    [InlineData(1, "test", "--data_path", "none")]
    public async Task Run_WrongUsageOrRefusal_ExitCodeAndReason(int expected, params string[] arguments)
    {
        var outcome = await AdClipProcess.RunInAsync(_folder, Home, arguments);

        Assert.Equal(expected, outcome.ExitCode);
        Assert.StartsWith("adclip: ", outcome.Errors, StringComparison.Ordinal);
    }

    private void CopySamples()
    {
        Copy("train/good", 4);
        Copy("test/good", 4);
        Copy("test/pit", 2);
        Copy("test/scratch", 2);
        Copy("ground_truth/pit", 2);
        Copy("ground_truth/scratch", 2);

        void Copy(string folder, int count)
        {
            var target = Directory.CreateDirectory(Path.Combine(Product, folder)).FullName;
            foreach (var file in Directory.GetFiles(Path.Combine(Samples, folder)).Order(StringComparer.Ordinal).Take(count))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }
    }
}
