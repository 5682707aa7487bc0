using System.Text.Json;
using System.Text.Json.Nodes;
using AdClip.Pretrain.Export;
using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;
using AdClip.Pretrain.Words;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private const int Side = 64;
    private const int Types = 26;
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-pretrain-").FullName;

    [Fact]
    public void Run_StoppedAndTakenUpAgain_SameBitsAsAtOnce()
    {
        var (straight, stopped) = (Path.Combine(_folder, "straight"), Path.Combine(_folder, "stopped"));
        Train(straight, steps: 3);
        using var stop = new CancellationTokenSource();
        Train(stopped, steps: 3, stopAt: (1, stop));
        Assert.NotEqual(File.ReadAllBytes(straight), File.ReadAllBytes(stopped));
        Train(stopped, steps: 3);

        Assert.Equal(File.ReadAllBytes(straight), File.ReadAllBytes(stopped));
    }

    [Fact]
    public void Gradients_WholeModel_EqualFiniteDifferences()
    {
        var entries = Vocabulary();
        var model = Model(entries);
        var shape = new BatchShape(1, 4, 6, 16, Types);
        var parameters = Parameters.Initial(model, 5);
        var weights = new ObjectiveWeights();
        var maker = new BatchMaker(
            model, shape, new ClipTokenizer(VocabularyFiles.Read(_folder, "test", entries), 16), _ => Captions.TypePrompts(null, new Rng(4)));
        var batch = maker.Make([Recipe.Prepare(Groups(1)[0], new Rng(2))], new Rng(3));
        using var pass = new TrainingPass(model, shape, parameters, weights);
        float[][] gradients = [.. parameters.All.Select(parameter => new float[parameter.Values.Length])];
        pass.Add(parameters, batch, gradients);
        float[][] unused = [.. parameters.All.Select(parameter => new float[parameter.Values.Length])];
        double Sum()
        {
            var losses = pass.Add(parameters, batch, unused);
            return ((weights.Map * losses["map"]) + (weights.MapImage * losses["map.image"]) + (weights.Near * losses["near"])
                + (weights.NearImage * losses["near.image"]) + (weights.Cells * losses["cells"])) / model.FeatureBlocks.Count
                + (weights.Type * losses["type"]) + (weights.Class * losses["class"])
                + (weights.Image * losses["image"]) + (weights.Caption * losses["caption"]);
        }

        for (var p = 0; p < parameters.All.Count; p++)
        {
            // Where the slope is steepest: there float32 tells it from its own rounding.
            var values = parameters.All[p].Values;
            var steepest = Array.IndexOf(gradients[p], gradients[p].MaxBy(MathF.Abs));
            var at = values[steepest];
            var step = (float)Math.Clamp(0.01 / Math.Abs(gradients[p][steepest]), 1e-3, 3e-2);
            values[steepest] = at + step;
            var above = Sum();
            values[steepest] = at - step;
            var below = Sum();
            values[steepest] = at;
            Assert.True(
                Math.Abs(((above - below) / (2 * step)) - gradients[p][steepest]) < 2e-3 + (0.08 * Math.Abs(gradients[p][steepest])),
                $"{parameters.All[p].Name}[{steepest}]: {gradients[p][steepest]}, by differences {(above - below) / (2 * step)}");
        }
    }

    [Fact]
    public void Export_TrainedModel_TheEngineGivesTheGoldenValues()
    {
        var checkpoint = Path.Combine(_folder, "short");
        Train(checkpoint, steps: 2);
        Recipe.Export(checkpoint, Settings(), _folder);

        var golden = WeightFile.Open(Path.Combine(_folder, "golden.safetensors"));
        using var detector = DetectionModel.Open(_folder);
        var pixels = golden.Require("preprocessed").ReadFloats();
        var expected = golden.Require("patch_features.4").ReadFloats();
        for (var image = 0; image < 2; image++)
        {
            var tokens = detector.EncodeExactly(pixels.AsSpan(image * pixels.Length / 2, pixels.Length / 2));
            var actual = tokens.Patches(4).ToArray();
            for (var i = 0; i < actual.Length; i++)
            {
                Assert.Equal(expected[(image * actual.Length) + i], actual[i], 1e-4f);
            }
        }
    }

    [Fact]
    public void Expected_HeldBackProduct_TheEngineGivesTheScores()
    {
        var (checkpoint, data) = (Path.Combine(_folder, "short"), Path.Combine(_folder, "data"));
        Train(checkpoint, steps: 2);
        Recipe.Export(checkpoint, Settings(), _folder);
        HeldBackProduct.Write(data, new GroupGenerator(Side).Draw(40, new GroupSettings { LeastImages = 12, MostImages = 12, LeastGood = 6 }));
        string[] good = [.. Directory.EnumerateFiles(Path.Combine(data, "train", "good")).Order(StringComparer.Ordinal)];
        File.WriteAllText(
            Path.Combine(data, "splits.json"),
            JsonSerializer.Serialize(new { shots = new Dictionary<string, string?[]> { ["2"] = [.. good.Take(2).Select(Path.GetFileName)] } }));
        var file = Path.Combine(_folder, "expected.json");

        ExpectedScores.Write(checkpoint, _folder, data, file);

        using var detector = DetectionModel.Open(_folder);
        var scorer = detector.CreateScorer(
            new PromptSettings(), [.. good.Take(2).Select(reference => new Reference(reference, detector.EncodeFile(reference)))]);
        var images = JsonNode.Parse(File.ReadAllText(file))!["images"]!.AsObject();
        Assert.True(images.Count >= 8);
        Assert.All(images, image =>
        {
            var result = scorer.Score(detector.EncodeFile(Path.Combine(data, image.Key)), null);
            Assert.Equal(image.Value!["zero_shot"]!.GetValue<double>(), result.ZeroShotScore, 1e-4);
            Assert.Equal(image.Value["zero_shot_class"]!.GetValue<double>(), result.ClassProbability, 1e-4);
            Assert.Equal(image.Value["few_shot_2"]!.GetValue<double>(), result.Score, 1e-4);
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Settings()
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini/config.json")))!;
        settings["image_size"] = Side;
        settings["feature_layers"] = JsonNode.Parse("""{"zero_shot":[2,3,4],"few_shot":[2]}""");
        settings["few_shot"]!["calibration"] = new JsonObject();
        return settings.ToJsonString();
    }

    private static ModelShape Model(int entries) => new()
    {
        ImageSize = Side,
        Patch = 8,
        Width = 64,
        Blocks = 4,
        DualBlocks = 2,
        FeatureBlocks = [2, 3, 4],
        Embed = 32,
        TextWidth = 64,
        TextBlocks = 1,
        Context = 77,
        Vocabulary = entries,
    };

    private static ProductGroup[] Groups(int count)
    {
        var generator = new GroupGenerator(Side);
        return [.. Enumerable.Range(1, count).Select(seed => generator.Draw((ulong)seed, new GroupSettings { LeastImages = 4, MostImages = 4 }))];
    }

    private int Vocabulary()
    {
        VocabularyTrainer.Write(Captions.Corpus(300, new Rng(1)), 200, _folder);
        return VocabularyTrainer.Words(_folder).Count;
    }

    private void Train(string file, int steps, (int Step, CancellationTokenSource Source)? stopAt = null)
    {
        var entries = Vocabulary();
        var plan = new Plan { Phases = [new Phase(6, 0.5), new Phase(8, 0.5)], Groups = 1, Passes = 2, Workers = 2, Steps = steps };
        var groups = Groups(4);
        var trainer = new Trainer(Model(entries), plan, VocabularyFiles.Read(_folder, "test", entries), Types, rng => Captions.TypePrompts(null, rng), place =>
        {
            if (stopAt is var (step, source) && place >= step * plan.Passes * plan.Groups)
            {
                source.Cancel();
            }
            return Recipe.Prepare(groups[place % groups.Length], new Rng((ulong)place));
        });
        trainer.Run(file, new ObjectiveWeights(), _ => { }, stopAt?.Source.Token ?? CancellationToken.None);
    }
}
