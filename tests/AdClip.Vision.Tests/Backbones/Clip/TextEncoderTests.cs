using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

public sealed class TextEncoderTests
{
    [Fact]
    public void Encode_GoldenTexts_WithinTolerance()
    {
        var golden = Golden.Open("text/encode-text");
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var tokenizer = new ClipTokenizer(VocabularyFiles.Read(Golden.Vocabulary, "tiny-clip", 49408), 77);
        using var encoder = new TextEncoder(weights, new SessionSettings());
        var texts = golden.Case.GetProperty("prompts").EnumerateArray().Select(text => text.GetString()!).ToArray();
        var ids = golden["token_ids"];

        for (var i = 0; i < texts.Length; i++)
        {
            var sequence = tokenizer.Sequence(texts[i]);
            Assert.Equal(ids.AsSpan(i * 77, sequence.Length).ToArray(), sequence.Select(id => (float)id));
            var feature = encoder.Encode(sequence);
            golden.AssertClose("text_features", feature, i);
            golden.AssertClose("text_features_normalized", UnitVectors.Normalise(feature, feature.Length), i);
        }
    }

    [Fact]
    public void EncodePrompts_WinClipEnsemble_WithinTolerance()
    {
        var golden = Golden.Open("text/prompt-ensemble");
        using var detector = DetectionModel.Open(Golden.TinyClip, new DetectorOptions(VocabularyFolder: Golden.Vocabulary));
        var names = golden.Case.GetProperty("class_names").EnumerateArray().Select(name => name.GetString()!).ToArray();

        for (var i = 0; i < names.Length; i++)
        {
            var pair = detector.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Ensemble, names[i]));
            golden.AssertClose($"features_{i}", [.. pair.Normal, .. pair.Abnormal]);
        }
    }

    [Theory]
    [InlineData("config-1", "epoch_5.pth")]
    [InlineData("config-1", "prompt_learner.safetensors")]
    [InlineData("config-2", "epoch_5.pth")]
    [InlineData("config-2", "prompt_learner.safetensors")]
    public void Encode_LearnedPrompts_WithinTolerance(string config, string file)
    {
        var golden = Golden.Open($"prompt-learner/{config}");
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));

        var features = PromptCheckpoint.Encode(SharedFolder.Require($"golden/prompt-learner/{config}/{file}"), weights, new SessionSettings());

        golden.AssertClose("text_features_raw", [.. features[0], .. features[1]]);
        golden.AssertClose("text_features", [.. features.SelectMany(feature => UnitVectors.Normalise(feature, feature.Length))]);
    }

    [Fact]
    public void Build_WithStreams_EveryBlockAsInTheGoldenPrompts()
    {
        var golden = Golden.Open("prompt-learner/config-1");
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var checkpoint = WeightFile.Open(SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));
        using var session = OnnxSession.Create(
            TextEncoderGraph.Build(weights, deepPrompts: 2, deepLength: 4, withStreams: true), Path.GetDirectoryName(weights.FilePath), new SessionSettings());
        var positions = weights["positional_embedding"].ReadFloats();
        const int Kept = 20 * 64;

        for (var side = 0; side < 2; side++)
        {
            var embedded = golden["prompts_embedding"].AsSpan(side * Kept, Kept).ToArray();
            for (var i = 0; i < Kept; i++)
            {
                embedded[i] += positions[i];
            }
            for (var layer = 1; layer <= 4; layer++)
            {
                var stream = session.Run(
                    [
                        new GraphTensor(TextEncoderGraph.Embedded, embedded, 20, 64),
                        .. Enumerable.Range(0, 2).Select(i => new GraphTensor(
                            TextEncoderGraph.Deep(i), checkpoint.Require($"prompt_learner.compound_prompts_text.{i}").ReadFloats(), 4, 64)),
                    ],
                    [TextEncoderGraph.Stream(layer)])[0].Values;
                golden.AssertClose($"hidden_after_block_{layer}", stream, side, "hidden_after_block");
            }
        }
    }

    [Fact]
    public void EncodePrompts_CheckpointOfAnotherModel_Refused()
    {
        using var detector = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));
        var file = SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth");

        var refusal = Assert.Throws<RefusedInputException>(
            () => detector.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: file)));

        Assert.Equal(RefusalCode.CheckpointInvalid, refusal.Code);
    }

    [Fact]
    public void EncodeTexts_EmbeddedModel_MatchesItsGoldenFile()
    {
        var folder = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var expected = WeightFile.Open(Path.Combine(folder, "golden.safetensors")).Require("text_features").ReadFloats();
        using var detector = DetectionModel.Open(folder);

        var features = detector.RequireWords().EncodeTexts(["object.", "damaged object."]);

        Golden.AssertClose(UnitVectors.Normalise(expected, 128), [.. features[0], .. features[1]], 2e-6, "text_features");
    }
}
