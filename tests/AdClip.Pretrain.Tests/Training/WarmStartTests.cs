using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;
using AdClip.Pretrain.Words;
using AdClip.Testing;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Tests.Training;

public sealed class WarmStartTests : IDisposable
{
    private static readonly string Model = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-pretrain-").FullName;

    public WarmStartTests() => VocabularyTrainer.Write(Captions.Corpus(300, new Rng(1)), 120, _folder);

    [Fact]
    public void Load_SameSizes_WeightsAndTheWordsThatBothHave()
    {
        var words = VocabularyTrainer.Words(_folder);
        var old = VocabularyTrainer.Words(Model);
        var parameters = Parameters.Initial(Shape(192, words.Count), 7);
        var random = parameters[Parameters.TokenEmbedding].Values.ToArray();

        WarmStart.Load(parameters, words, Model);

        var file = WeightFile.Open(Path.Combine(Model, "model.safetensors"));
        Assert.Equal(file.Require("visual.conv1.weight").ReadFloats(), parameters["visual.conv1.weight"].Values);
        Assert.Equal(file.Require("text_projection").ReadFloats(), parameters["text_projection"].Values);
        var table = file.Require(Parameters.TokenEmbedding).ReadFloats();
        Assert.All(words, word => Assert.Equal(
            old.TryGetValue(word.Key, out var row) ? table.AsSpan(row * 128, 128).ToArray() : random.AsSpan(word.Value * 128, 128).ToArray(),
            parameters[Parameters.TokenEmbedding].Values.AsSpan(word.Value * 128, 128).ToArray()));
        Assert.Contains(words.Keys, word => old.TryGetValue(word, out var row) && row != words[word]);
        Assert.Contains(words.Keys, word => !old.ContainsKey(word));
        Assert.InRange(MathF.Exp(parameters[Parameters.HeadScale(4)].Values[0]), 5, 50);
    }

    [Fact]
    public void Load_OtherWidth_SaysBothShapes()
    {
        var words = VocabularyTrainer.Words(_folder);

        var refused = Assert.Throws<InvalidDataException>(() => WarmStart.Load(Parameters.Initial(Shape(128, words.Count), 7), words, Model));

        Assert.Contains("[192]", refused.Message, StringComparison.Ordinal);
        Assert.Contains("[128]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blend_TrainingAndModel_WeightsInBetweenAndNewWordsAsTrained()
    {
        var words = VocabularyTrainer.Words(_folder);
        var old = VocabularyTrainer.Words(Model);
        var trained = Parameters.Initial(Shape(192, words.Count), 7);
        var (checkpoint, blend) = (Path.Combine(_folder, "trained"), Path.Combine(_folder, "blend"));
        Checkpoint.Write(checkpoint, Shape(192, words.Count), trained, trained, new DecoupledAdam(trained, 0), 1);

        Blend.Write(checkpoint, words, Model, 0.75f, blend);

        var (_, blended) = Checkpoint.ReadMean(blend);
        var file = WeightFile.Open(Path.Combine(Model, "model.safetensors"));
        foreach (var name in new[] { "visual.conv1.weight", "transformer.resblocks.2.mlp.c_fc.bias" })
        {
            Assert.Equal(
                trained[name].Values.Zip(file.Require(name).ReadFloats(), (mine, other) => (0.75f * mine) + (0.25f * other)),
                blended[name].Values,
                (expected, actual) => Math.Abs(expected - actual) < 1e-6f);
        }
        var table = file.Require(Parameters.TokenEmbedding).ReadFloats();
        Assert.All(words, word =>
        {
            var mine = trained[Parameters.TokenEmbedding].Values[word.Value * 128];
            Assert.Equal(
                old.TryGetValue(word.Key, out var row) ? (0.75f * mine) + (0.25f * table[row * 128]) : mine,
                blended[Parameters.TokenEmbedding].Values[word.Value * 128],
                1e-6f);
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModelShape Shape(int width, int entries) => new()
    {
        ImageSize = 224,
        Patch = 16,
        Width = width,
        Blocks = 8,
        DualBlocks = 4,
        FeatureBlocks = [4, 6, 8],
        Embed = 128,
        TextWidth = 128,
        TextBlocks = 3,
        Context = 77,
        Vocabulary = entries,
    };
}
