using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection;

/// <summary>The tokens of the Magnetic-Tile test images and good references, encoded once for all tests.</summary>
public sealed class MagneticTileTokens : IDisposable
{
    private readonly ConcurrentDictionary<string, Reference> _tokens = new(StringComparer.Ordinal);

    public MagneticTileTokens()
    {
        Folder = SharedFolder.Require("data/magnetic_tile");
        using var expected = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("models/adclip-mini/expected_magnetic_tile.json")));
        Expected = expected.RootElement.GetProperty("images").Clone();
        using var splits = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "splits.json")));
        Shots = splits.RootElement.GetProperty("shots").Clone();
        Detector = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));
        var files = Expected.EnumerateObject().Select(image => image.Name).Concat(Good(110)).Distinct();
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            var path = Path.Combine(Folder, file);
            _tokens[file] = new Reference(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), Detector.EncodeFile(path));
        });
    }

    public string Folder { get; }

    public DetectionModel Detector { get; }

    public JsonElement Expected { get; }

    private JsonElement Shots { get; }

    public Reference this[string file] => _tokens[file];

    public string[] Good(int count) => [.. Shots.GetProperty($"{count}").EnumerateArray().Select(name => $"train/good/{name.GetString()}")];

    public void Dispose() => Detector.Dispose();
}

public sealed class MagneticTileTests(MagneticTileTests.Fixture fixture) : IClassFixture<MagneticTileTests.Fixture>
{
    // Made by the first test and not by the fixture, because only a test can be skipped where the images are absent.
    private readonly MagneticTileTokens _tile = fixture.Tokens;

    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(110)]
    public void Score_EveryTestImage_AsTheIndependentImplementation(int shots)
    {
        Reference[] references = shots == 0 ? [] : [.. _tile.Good(shots).Select(file => _tile[file])];
        var scorer = _tile.Detector.CreateScorer(new PromptSettings(), references);
        var wrong = new ConcurrentBag<string>();
        var count = 0;

        Parallel.ForEach(_tile.Expected.EnumerateObject(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, image =>
        {
            var inspected = _tile[image.Name];
            var result = scorer.Score(inspected.Tokens, inspected.Sha256);
            Check(image.Name, image.Value, "zero_shot", result.ZeroShotScore);
            Check(image.Name, image.Value, "zero_shot_class", result.ClassProbability);
            Check(image.Name, image.Value, shots == 0 ? "zero_shot" : $"few_shot_{shots}", result.Score);
            Assert.Equal(224 * 224, result.Map.Values.Length);
            Assert.True(result.Map.Values.Min() >= 0 && result.Map.Values.Max() <= 1, $"{image.Name}: map beyond 0 to 1");
            Interlocked.Increment(ref count);
        });

        Assert.Equal(120, count);
        Assert.Empty(wrong);

        void Check(string image, JsonElement expected, string name, float actual)
        {
            if (!(Math.Abs(expected.GetProperty(name).GetDouble() - actual) <= Tolerance))
            {
                wrong.Add($"{image} {name}: {actual} instead of {expected.GetProperty(name)}");
            }
        }
    }

    [Fact]
    public void Score_InspectedImageAmongReferences_LeftOut()
    {
        var files = _tile.Good(4);
        Reference[] references = [.. files.Select(file => _tile[file])];
        var own = references[0];

        var withItself = _tile.Detector.CreateScorer(new PromptSettings(), references).Score(own.Tokens, own.Sha256);
        var withOthers = _tile.Detector.CreateScorer(new PromptSettings(), references[1..]).Score(own.Tokens, own.Sha256);

        Assert.True(withItself.FewShotScore > 0.01f);
        Assert.Equal(withOthers.Score, withItself.Score);
        Assert.Equal(withOthers.Map.Values, withItself.Map.Values);
        Assert.Null(_tile.Detector.CreateScorer(new PromptSettings(), [own]).Score(own.Tokens, own.Sha256).FewShotScore);
    }

    [Fact]
    public void Read_WrittenTokens_SameScoreBits()
    {
        var inspected = _tile[_tile.Expected.EnumerateObject().First().Name];
        var read = TokenFile.Read(TokenFile.Write(inspected.Tokens, inspected.Sha256), inspected.Tokens.EncoderId, inspected.Sha256);

        var scorer = _tile.Detector.CreateScorer(new PromptSettings(), [.. _tile.Good(4).Select(file => _tile[file])]);
        var (fresh, cached) = (scorer.Score(inspected.Tokens, null), scorer.Score(read, null));

        Assert.Equal(fresh.Score, cached.Score);
        Assert.Equal(fresh.Map.Values, cached.Map.Values);
    }

    [Fact]
    public void Score_TokensOfAnotherEncoder_Refused()
    {
        var tokens = _tile[_tile.Good(4)[0]].Tokens;
        var foreign = new ImageTokens("other", tokens.Grid, tokens.Width, tokens.ClassToken, tokens.Layers);
        var scorer = _tile.Detector.CreateScorer(new PromptSettings(), []);

        Assert.Equal(RefusalCode.TokensOfAnotherEncoder, Assert.Throws<RefusedInputException>(() => scorer.Score(foreign, null)).Code);
    }

    /// <summary>Keeps the tokens for all tests of the class.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly Lazy<MagneticTileTokens> _tokens = new(() => new MagneticTileTokens());

        public MagneticTileTokens Tokens => _tokens.Value;

        public void Dispose()
        {
            if (_tokens.IsValueCreated)
            {
                _tokens.Value.Dispose();
            }
        }
    }
}
