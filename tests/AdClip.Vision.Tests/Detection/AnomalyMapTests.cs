using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Detection;

public sealed class AnomalyMapTests
{
    [Theory]
    [InlineData("colour", "colour.png")]
    [InlineData("grey", "grey.png")]
    [InlineData("wide", "wide.jpg")]
    public void Score_GoldenImages_EveryStageWithinTolerance(string name, string file)
    {
        const int Side = 84;
        var golden = Golden.Open($"anomaly-map/{name}");
        int[] layers = [2, 4, 6];
        using var detector = DetectionModel.Open(Golden.TinyClip, new DetectorOptions(Side, Dpam: 4, layers));
        var scorer = detector.CreateScorer(
            new PromptSettings(PromptKind.Learned, CheckpointFile: SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth")), []);

        var pixels = Preprocessing.LoadTensor(SharedFolder.Require($"golden/anomaly-map/{file}"), Side, PixelScale.Clip);
        var tokens = detector.EncodeExactly(pixels);
        var result = scorer.Score(tokens, sha256: null);

        golden.AssertClose("preprocessed", pixels);
        golden.AssertClose("class_feature_normalized", UnitVectors.Normalise(tokens.ClassToken, tokens.Width));
        var sum = new float[Side * Side];
        for (var i = 0; i < layers.Length; i++)
        {
            var probability = scorer.Texts.AbnormalProbability(UnitVectors.Normalise(tokens.Layers[i].Values, tokens.Width), 0.07f);
            var pairs = golden[$"similarity_tokens_{i}"];
            Golden.AssertClose([.. pairs.Where((_, j) => j % 2 == 1)], probability, golden.Tolerance($"similarity_tokens_{i}"), $"similarity_tokens_{i}");
            var map = new MapOperator(tokens.Grid, tokens.Grid, Side, Side, sigma: 0).Apply(probability.AsSpan(1));
            golden.AssertClose($"similarity_map_abnormal_{i}", map);
            for (var j = 0; j < sum.Length; j++)
            {
                sum[j] += map[j];
            }
        }
        golden.AssertClose("anomaly_map_sum", sum);
        golden.AssertClose("anomaly_map_sigma4", new MapOperator(Side, Side, Side, Side, 4).Apply(sum));
        // The unfiltered golden sum: the filter is measured alone here, at a tolerance tighter than the encoder's noise.
        golden.AssertClose("anomaly_map_sigma1_5", new MapOperator(Side, Side, Side, Side, 1.5).Apply(golden["anomaly_map_sum"]));
        golden.AssertClose("anomaly_prob", [result.Score]);
        // Shown is the mean over the layers, so that 1 is the most that any model can say.
        Golden.AssertClose(
            [.. golden["anomaly_map_sigma4"].Select(value => value / layers.Length)], result.Map.Values, golden.Tolerance("anomaly_map_sigma4"), "map");
    }

    [Fact]
    public void Score_EmbeddedModelPairPrompt_MapOfItsGoldenFile()
    {
        var folder = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var golden = WeightFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var detector = DetectionModel.Open(folder);
        var texts = detector.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Pair));

        for (var image = 0; image < 2; image++)
        {
            var picture = new PixelImage(256, 256, [.. golden.Require($"input_{image}_uint8").ReadFloats().Select(value => (byte)value)]);
            var tokens = detector.EncodeExactly(Preprocessing.ToTensor(picture, 224, PixelScale.Clip));
            float[][] layers = [.. ((int[])[4, 6, 8]).Select(layer => texts.AbnormalProbability(UnitVectors.Normalise(tokens.Patches(layer), 128), 0.07f))];
            float[] mean = [.. Enumerable.Range(0, 196).Select(i => layers.Average(layer => layer[i]))];
            Close("patch_probability", mean);
            Close("anomaly_map", new MapOperator(14, 14, 224, 224, sigma: 0).Apply(mean));

            void Close(string name, float[] actual)
                => Golden.AssertClose(golden.Require(name).ReadFloats().AsSpan(image * actual.Length, actual.Length), actual, 2e-5, name);
        }
    }
}
