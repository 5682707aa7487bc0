using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tests.Detection.Tiles;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Cli;

public sealed class CommandTests : IDisposable
{
    private static readonly string Model = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
    private static readonly string WithoutWords = Path.Combine(SharedFolder.RepositoryRoot, "data/models/resnet18-imagenet");
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-cli").FullName;

    private string Home => Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Predict_FewImages_ResultsAsTheLibraryAndNoTelemetry()
    {
        var good = Picture("good/one.png", seed: 1);
        var other = Picture("good/two.png", seed: 2);
        var nested = Picture("in/crack/a.png", seed: 3);
        var sameStem = Picture("in/dent/a.png", seed: 4);
        var output = Path.Combine(_folder, "out");

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--reference", Path.Combine(_folder, "good"),
            "--threshold", "0.05", "--images", Path.Combine(_folder, "in"), "--out", output);

        Assert.Equal("", outcome.Errors);
        Assert.Equal(0, outcome.ExitCode);
        using var detector = DetectionModel.Open(Model);
        var scorer = detector.CreateScorer(new PromptSettings(), [.. ((string[])[good, other]).Select(file => new Reference(file, detector.EncodeFile(file)))]);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        var rows = (await File.ReadAllLinesAsync(Path.Combine(output, "results.csv"), TestContext.Current.CancellationToken))[1..];
        var images = results.RootElement.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(2, images.Length);
        foreach (var (index, (file, name)) in new[] { (nested, "crack/a"), (sameStem, "dent/a") }.Index())
        {
            var expected = scorer.Score(detector.EncodeFile(file), null);
            Assert.Equal(file, images[index].GetProperty("file").GetString());
            Assert.Equal(expected.Score, images[index].GetProperty("score").GetSingle());
            Assert.Equal(expected.ZeroShotScore, images[index].GetProperty("zeroShotScore").GetSingle());
            Assert.Equal(expected.Score >= 0.05f ? "anomaly" : "good", images[index].GetProperty("label").GetString());
            Assert.Equal(expected.Score, float.Parse(rows[index].Split(',')[2], System.Globalization.CultureInfo.InvariantCulture));
            var map = await File.ReadAllBytesAsync(Path.Combine(output, name + ".map.npy"), TestContext.Current.CancellationToken);
            Assert.Equal("NUMPY"u8, map.AsSpan(1, 5));
            Assert.Contains(
                "'<f4', 'fortran_order': False, 'shape': (224, 224,)", System.Text.Encoding.ASCII.GetString(map, 10, 118), StringComparison.Ordinal);
            Assert.Equal(
                expected.Map.Values, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(map.AsSpan(map.Length - (224 * 224 * 4))).ToArray());
            Assert.Equal(224, ImageDecoder.Identify(Path.Combine(output, name + ".heatmap.png")).Width);
        }
        // ONNX Runtime would leave its device id and queue of events below the home folder.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Home));
    }

    [Fact]
    public async Task Predict_ThresholdOfOtherScores_IsRefusedAndNothingIsWritten()
    {
        var (good, image) = (Picture("good/one.png", seed: 1), Picture("in/a.png", seed: 3));

        Task<AdClipProcess.Outcome> PredictAsync(string output, params string[] options) => AdClipProcess.RunAsync(
            Home, ["predict", "--model", Model, "--threshold", "0.05", .. options, "--images", image, "--out", Path.Combine(_folder, output)]);
        Assert.Equal(0, (await PredictAsync("words")).ExitCode);
        using var results = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(_folder, "words", "results.json"), TestContext.Current.CancellationToken));
        var identity = results.RootElement.GetProperty("scoreIdentity").GetString()!;

        var same = await PredictAsync("same", "--score_identity", identity);
        var other = await PredictAsync("other", "--score_identity", identity, "--reference", good);

        Assert.Equal((0, ""), (same.ExitCode, same.Errors));
        Assert.Equal(1, other.ExitCode);
        Assert.Contains($"The threshold holds for scores of identity {identity}", other.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "other")));
    }

    [Fact]
    public async Task Predict_OnlyReferenceIsTheImageItself_SaysSoAndAppliesNoThreshold()
    {
        var good = Picture("in/good.png", seed: 1);
        Picture("in/other.png", seed: 2);
        var output = Path.Combine(_folder, "out");

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--reference", good, "--threshold", "0.0", "--images", Path.Combine(_folder, "in"), "--out", output);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("good.png: compared with no good image", outcome.Errors, StringComparison.Ordinal);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        var images = results.RootElement.GetProperty("images").EnumerateArray().ToDictionary(image => Path.GetFileName(image.GetProperty("file").GetString()!));
        var (alone, compared) = (images["good.png"], images["other.png"]);
        Assert.True(alone.GetProperty("comparedWithNoGoodImage").GetBoolean());
        Assert.Equal(alone.GetProperty("zeroShotScore").GetSingle(), alone.GetProperty("score").GetSingle());
        Assert.False(alone.TryGetProperty("fewShotScore", out _));
        Assert.False(alone.TryGetProperty("label", out _));
        Assert.False(compared.TryGetProperty("comparedWithNoGoodImage", out _));
        Assert.Equal("anomaly", compared.GetProperty("label").GetString());
        var row = (await File.ReadAllLinesAsync(Path.Combine(output, "results.csv"), TestContext.Current.CancellationToken))
            .Single(line => line.Contains("good.png", StringComparison.Ordinal));
        Assert.Equal("", row.Split(',')[5]);
    }

    [Fact]
    public async Task Predict_DeviceThatThisBuildLacks_WarnsAndScoresAsWithout()
    {
        var image = Picture("in/a.png", seed: 3);

        async Task<(AdClipProcess.Outcome Outcome, string Results)> PredictAsync(params string[] options)
        {
            var output = Path.Combine(_folder, $"out-{options.Length}");
            var outcome = await AdClipProcess.RunAsync(Home, ["predict", "--model", Model, .. options, "--images", image, "--out", output]);
            return (outcome, await File.ReadAllTextAsync(Path.Combine(output, "results.csv"), TestContext.Current.CancellationToken));
        }
        var (plain, expected) = await PredictAsync();
        var (asked, actual) = await PredictAsync("--device", "cuda");

        Assert.Equal((0, "", 0), (plain.ExitCode, plain.Errors, asked.ExitCode));
        Assert.Equal(
            "adclip: warning: cuda:0 was asked for, but this build runs on the CPU only; build it with -p:Accelerator=cuda, or ask for cpu.",
            asked.Errors.Trim());
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Predict_Regions_ResultsAsTheLibraryAndOtherProportionsRefused()
    {
        var fitting = Picture("in/fitting.png", seed: 3);
        var wide = Path.Combine(_folder, "in/wide.png");
        await File.WriteAllBytesAsync(wide, PngWriter.Encode(new byte[3 * 64 * 32], 64, 32, PngPixels.Rgb), TestContext.Current.CancellationToken);
        var area = Path.Combine(_folder, "area.json");
        await File.WriteAllTextAsync(
            area,
            """{"schema":"adclip.inspection-regions","version":1,"width":400,"height":300,"regions":["""
                + """{"id":"a","use":"include","kind":"ellipse","box":[20,40,200.5,250]}]}""",
            TestContext.Current.CancellationToken);
        var output = Path.Combine(_folder, "out");

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--images", Path.Combine(_folder, "in"), "--regions", area, "--out", output);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("wide.png", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("400 x 300", outcome.Errors, StringComparison.Ordinal);
        using var detector = DetectionModel.Open(Model);
        var regions = InspectionRegionsJson.Read(await File.ReadAllTextAsync(area, TestContext.Current.CancellationToken));
        var expected = detector.CreateScorer(new PromptSettings(), [], regions).Score(detector.EncodeFile(fitting), null);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        Assert.Equal(expected.Score, results.RootElement.GetProperty("images")[0].GetProperty("score").GetSingle());
        Assert.Equal(regions, InspectionRegionsJson.Read(results.RootElement.GetProperty("regions").GetRawText()));
    }

    [Fact]
    public async Task Predict_Tiles_MapOfTheImagesShapeAndItsMapping()
    {
        CastSurface.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "in")).FullName, "wide.png"), 600, 300, seed: 1);
        CastSurface.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "good")).FullName, "good.png"), 448, 448, seed: 2);
        var output = Path.Combine(_folder, "out");

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--reference", Path.Combine(_folder, "good"),
            "--images", Path.Combine(_folder, "in"), "--tile-size", "200", "--tile-overlap", "0.5", "--out", output);

        Assert.Equal("", outcome.Errors);
        using var detector = DetectionModel.Open(Model);
        var tiles = new TiledInspection(detector, new TileSettings(200, 0.5), parallelism: 2);
        var good = tiles.Reference(
            Path.Combine(_folder, "good/good.png"), "good", TiledInspection.PatchesOfEach(1), cancel: TestContext.Current.CancellationToken);
        var expected = tiles.Inspect(
            Path.Combine(_folder, "in/wide.png"), "wide", detector.CreateTiledScorer(new PromptSettings(), [good]),
            cancel: TestContext.Current.CancellationToken);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        Assert.Equal(200, results.RootElement.GetProperty("tiles").GetProperty("side").GetInt32());
        var image = results.RootElement.GetProperty("images")[0];
        int Field(string name) => image.GetProperty(name).GetInt32();
        Assert.Equal([600, 300, 168, 84], [Field("width"), Field("height"), Field("mapWidth"), Field("mapHeight")]);
        Assert.Equal(expected.Score, image.GetProperty("score").GetSingle());
        await using var file = File.OpenRead(Path.Combine(output, "wide.map.npy"));
        var (map, shape) = NpyReader.ReadFloat32(file);
        Assert.Equal([84, 168], shape);
        Assert.Equal(expected.Map.Values, map);
        Assert.Equal(168, ImageDecoder.Identify(Path.Combine(output, "wide.heatmap.png")).Width);
    }

    [Theory]
    [InlineData("big", 2)]
    [InlineData("3", 1)]
    public async Task Predict_UnusableTileSize_OneClearLine(string size, int exitCode)
    {
        Picture("in/a.png", seed: 9);

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--images", Path.Combine(_folder, "in"), "--tile-size", size, "--out", Path.Combine(_folder, "out"));

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(size, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OneDamagedImage_OthersScoredAndItRefused()
    {
        Picture("in/fine.png", seed: 5);
        await File.WriteAllTextAsync(Path.Combine(_folder, "in/text.png"), "no picture", TestContext.Current.CancellationToken);

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", Model, "--images", Path.Combine(_folder, "in"), "--out", Path.Combine(_folder, "out"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("text.png", Assert.Single(outcome.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "out/fine.map.npy")));
        Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(_folder, "out/results.csv"), TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task Encode_GoldenPixels_GoldenTokens()
    {
        var golden = Golden.Open("image-encoder/s84-dpam-4");
        var pixels = WeightFile.Open(SharedFolder.Require("golden/image-encoder/inputs.safetensors")).Require("image_84").ReadFloats();
        var (input, output) = (Path.Combine(_folder, "pixels.safetensors"), Path.Combine(_folder, "tokens.safetensors"));
        SafetensorsWriter.Write(input, [("pixels", [2, 3, 84, 84], pixels)]);

        var outcome = await AdClipProcess.RunAsync(
            Home, "encode", "--model", Golden.TinyClip, "--image-size", "84", "--dpam", "4", "--layers", "2,4,6", "--pixels", input, "--out", output);

        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
        var tokens = WeightFile.Open(output);
        for (var image = 0; image < 2; image++)
        {
            Assert.Equal([3, 84, 84], tokens.Require($"{image}.pixels").Shape);
            Assert.Equal([37, 64], tokens.Require($"{image}.patches.2").Shape);
            golden.AssertClose("class_feature", tokens.Require($"{image}.class").ReadFloats(), image);
            golden.AssertClose("patch_1", tokens.Require($"{image}.patches.4").ReadFloats(), image);
        }
    }

    [Fact]
    public async Task EncodeText_LearnedPromptsAndTexts_GoldenFeatures()
    {
        var learned = Golden.Open("prompt-learner/config-1");
        var plain = Golden.Open("text/encode-text");
        var output = Path.Combine(_folder, "text.safetensors");

        var outcome = await AdClipProcess.RunAsync(
            Home, "encode-text", "--model", Golden.TinyClip, "--vocabulary", Golden.Vocabulary,
            "--checkpoint", SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"),
            "--text", "object", "damaged object.", "--out", output);

        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
        learned.AssertClose("text_features", WeightFile.Open(output).Require("prompts").ReadFloats());
        plain.AssertClose("text_features_normalized", WeightFile.Open(output).Require("text").ReadFloats());
    }

    [Fact]
    public async Task Tokenize_Text_JsonArrayOfIds()
    {
        var bare = await AdClipProcess.RunAsync(Home, "tokenize", "--model", Model, "--text", "a damaged object.");
        var marked = await AdClipProcess.RunAsync(Home, "tokenize", "--model", Model, "--text", "a damaged object.", "--with-markers");

        Assert.Equal("[320,579,541,269]", bare.Output.Trim());
        Assert.Equal("[2512,320,579,541,269,2513]", marked.Output.Trim());
    }

    [Fact]
    public async Task Guide_EveryExample_Runs()
    {
        // Real-looking parts, and enough of them: the 8-bit check refuses noise, and any verdict on fewer than eight.
        var samples = Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel", "test");
        CopyTo(
            "parts", Directory.GetFiles(Path.Combine(samples, "good")).Order().Take(6).Concat(Directory.GetFiles(Path.Combine(samples, "pit")).Order().Take(2)),
                "first.png", "second.png", "third.png", "fourth.png", "fifth.png", "sixth.png", "seventh.png", "eighth.png");
        CopyTo("good", Directory.GetFiles(Path.Combine(samples, "good")).Order().Skip(6).Take(1), "one.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "data"), Path.Combine(SharedFolder.RepositoryRoot, "data"));
        SafetensorsWriter.Write(Path.Combine(_folder, "pixels.safetensors"), [("pixels", [1, 3, 224, 224], new float[3 * 224 * 224])]);
        var guide = await File.ReadAllLinesAsync(Path.Combine(SharedFolder.RepositoryRoot, "docs/guide/cli.md"), TestContext.Current.CancellationToken);
        string[] examples = [.. guide.Where(line => line.StartsWith("adclip ", StringComparison.Ordinal))];
        Assert.True(examples.Length >= 9);

        foreach (var example in examples)
        {
            string[] arguments =
                [.. example.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Skip(1)];
            var outcome = await AdClipProcess.RunInAsync(_folder, Home, arguments);
            Assert.True(outcome.ExitCode == 0, $"{example}: {outcome.Errors}");
        }
    }

    [Fact]
    public async Task Predict_ModelWithoutWords_ResultsAsTheLibrary()
    {
        string[] good = [Picture("good/one.png", seed: 1), Picture("good/two.png", seed: 2)];
        var odd = Picture("in/a.png", seed: 3);
        var output = Path.Combine(_folder, "out");

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", WithoutWords, "--image-size", "96", "--reference", Path.Combine(_folder, "good"), "--orientations", "flips",
            "--threshold", "0.05", "--images", odd, "--out", output);

        Assert.Equal("", outcome.Errors);
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("2 good images, as they are and mirrored (as asked): 288 of 288 patches, 256 components.", outcome.Output, StringComparison.Ordinal);
        using var detector = DetectionModel.Open(WithoutWords, new DetectorOptions(ImageSize: 96));
        var options = new GoodOptions(OrientationChoice.Flips);
        var scorer = detector.CreateGoodScorer(
            [.. good.Select(file => detector.OpenGood(file, FileHash.Sha256(file)))], options, cancel: TestContext.Current.CancellationToken);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "results.json"), TestContext.Current.CancellationToken));
        var image = results.RootElement.GetProperty("images")[0];
        Assert.Equal(scorer.Score(detector.EncodeFile(odd), null).Score, image.GetProperty("score").GetSingle());
        Assert.Equal("anomaly", image.GetProperty("label").GetString());
        Assert.False(image.TryGetProperty("zeroShotScore", out _));
        Assert.Equal("askedFor", results.RootElement.GetProperty("goodImages").GetProperty("reason").GetString());
        Assert.Equal(
            ScoreIdentity.OfGood(detector.EncoderId, good.Select(FileHash.Sha256), options, InspectionRegions.Everything),
            results.RootElement.GetProperty("scoreIdentity").GetString());
    }

    [Fact]
    public async Task Predict_TheOnlyGoodImageItself_HasNoScoreWithoutWords()
    {
        var only = Picture("good/one.png", seed: 1);

        var outcome = await AdClipProcess.RunAsync(
            Home, "predict", "--model", WithoutWords, "--image-size", "96", "--reference", only, "--threshold", "0.05", "--images", only,
            "--out", Path.Combine(_folder, "out"));

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("compared with no good image, because it is the only reference; it has no score", outcome.Errors, StringComparison.Ordinal);
        var row = (await File.ReadAllLinesAsync(Path.Combine(_folder, "out", "results.csv"), TestContext.Current.CancellationToken))[1].Split(',');
        Assert.Equal(["", "", "", "", ""], row[2..7]);
    }

    [Theory]
    [InlineData("knows no words; compare with good images")]
    [InlineData("knows no words; compare with good images", "--reference", "good", "--ensemble", "bolt")]
    [InlineData("leave out --tile-size", "--reference", "good", "--tile-size", "64")]
    public async Task Predict_WhatAModelWithoutWordsCannotDo_IsRefused(string reason, params string[] arguments)
    {
        Picture("good/one.png", seed: 1);
        var image = Picture("in/a.png", seed: 2);

        var outcome = await AdClipProcess.RunInAsync(
            _folder, Home, ["predict", "--model", WithoutWords, "--images", image, "--out", Path.Combine(_folder, "out"), .. arguments]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(reason, outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "predict", "--model", "x")]
    [InlineData(2)]
    [InlineData(2, "encode", "--model", "x", "--layers", "2,x", "--images", "a.png", "--out", "o")]
    [InlineData(2, "encode", "--model", "x", "--out", "o")]
    [InlineData(1, "tokenize", "--model", "no/such/model", "--text", "a")]
    public async Task Run_WrongUsageOrRefusal_ExitCodeAndOneReason(int expected, params string[] arguments)
    {
        var outcome = await AdClipProcess.RunAsync(Home, arguments);

        Assert.Equal(expected, outcome.ExitCode);
        Assert.StartsWith("adclip: ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    private void CopyTo(string folder, IEnumerable<string> files, params string[] names)
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        foreach (var (file, name) in files.Zip(names))
        {
            File.Copy(file, Path.Combine(target, name));
        }
    }

    private string Picture(string name, int seed)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var rgb = new byte[64 * 48 * 3];
        new Random(seed).NextBytes(rgb);
        File.WriteAllBytes(path, PngWriter.Encode(rgb, 64, 48, PngPixels.Rgb));
        return path;
    }
}
