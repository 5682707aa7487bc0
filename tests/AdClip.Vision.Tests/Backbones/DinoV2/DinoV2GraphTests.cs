using System.Globalization;
using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

public sealed class DinoV2GraphTests
{
    [Theory]
    [InlineData("noreg-42x42")]
    [InlineData("noreg-56x98")]
    [InlineData("noreg-70x70")]
    [InlineData("noreg-98x42")]
    [InlineData("noreg-98x98")]
    [InlineData("p8-16x64")]
    [InlineData("p8-32x32")]
    [InlineData("p8-64x48")]
    [InlineData("reg4-42x42")]
    [InlineData("reg4-56x98")]
    [InlineData("reg4-70x70")]
    [InlineData("reg4-98x42")]
    [InlineData("reg4-98x98")]
    [InlineData("swiglu-42x42")]
    [InlineData("swiglu-56x98")]
    [InlineData("swiglu-70x70")]
    [InlineData("swiglu-98x42")]
    [InlineData("swiglu-98x98")]
    public void Run_GoldenFeatures_WithinTheirTolerance(string name)
    {
        var golden = Golden.Open($"dinov2/features/{name}");
        int Number(string key) => golden.Config.GetProperty(key).GetInt32();
        var (height, width) = (Number("height"), Number("width"));
        var weights = DinoV2Run.Model(Path.GetFileNameWithoutExtension(golden.Config.GetProperty("weights").GetString()!));
        var pixels = Pixels($"image_{height}x{width}");
        var each = 3 * height * width;

        Assert.Equal(pixels.Length, each * Number("batch"));
        for (var image = 0; image < Number("batch"); image++)
        {
            Compare(golden, weights, new DinoV2Run(weights, pixels[(image * each)..((image + 1) * each)], height, width, isBatched: false), image);
        }
        Compare(golden, weights, new DinoV2Run(weights, pixels, height, width, isBatched: true), 0);
    }

    [Theory]
    [InlineData("hf-dinov2", "model.safetensors", PositionConvention.Size)]
    [InlineData("hf-dinov2-swiglu", "model.safetensors", PositionConvention.Size)]
    [InlineData("hf-dinov2-with-registers", "model.safetensors", PositionConvention.Antialias)]
    [InlineData("pth-reg4", "dinov2_tiny14_reg4_pretrain.pth", PositionConvention.Antialias)]
    [InlineData("timm-noreg", "model.safetensors", PositionConvention.Antialias)]
    [InlineData("timm-reg4", "model.safetensors", PositionConvention.Antialias)]
    [InlineData("timm-swiglu", "model.safetensors", PositionConvention.Antialias)]
    public void Run_GoldenContainer_WithinItsTolerance(string name, string file, PositionConvention positions)
    {
        var golden = Golden.Open($"dinov2/containers/{name}", "expected.safetensors");
        var weights = DinoV2Run.Open(SharedFolder.Require($"golden/dinov2/containers/{name}/{file}"));
        var model = weights.Architecture;

        Assert.Equal(
            (golden.Config.GetProperty("depth").GetInt32(), golden.Config.GetProperty("num_heads").GetInt32(), positions),
            (model.Layers, model.Heads, model.Positions));
        var runs = new Dictionary<string, DinoV2Run>();
        foreach (var output in golden.Case.GetProperty("outputs").EnumerateObject())
        {
            var dot = output.Name.IndexOf('.', StringComparison.Ordinal);
            var (size, kind) = (output.Name[..dot], output.Name[(dot + 1)..]);
            if (!runs.TryGetValue(size, out var run))
            {
                int[] sides = [.. size.Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture))];
                // What sticks out beyond the last patch is not looked at by Hugging Face.
                var (height, width) = (sides[0] / model.PatchSize * model.PatchSize, sides[1] / model.PatchSize * model.PatchSize);
                runs[size] = run = new DinoV2Run(weights, Cropped(Pixels($"image_{size}"), sides[0], sides[1], height, width), height, width, isBatched: false);
            }
            golden.AssertClose(
                output.Name,
                run.Stream(kind == "last_hidden_state" ? null : int.Parse(kind["hidden_states.".Length..], CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Resize_GoldenTables_WithinTheirTolerance()
    {
        var golden = Golden.Open("dinov2/pos-embed");
        var stored = WeightFile.Open(SharedFolder.Require("golden/dinov2/pos-embed/stored.safetensors")).Require("pos_embed").ReadFloats();
        foreach (var output in golden.Case.GetProperty("outputs").EnumerateObject())
        {
            var parts = output.Name.Split('.', 'x');
            var (rows, columns) = (int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));

            var resized = DinoV2Positions.Resize(stored, 37, rows, columns, 2, Enum.Parse<PositionConvention>(parts[0], ignoreCase: true));

            Assert.Equal(stored[..2], resized[..2]);
            golden.AssertClose(output.Name, resized.AsSpan(2));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Build_NotWhole_SameTokensOfAShorterGraph(bool isBatched)
    {
        using var made = new MadeDinoV2(registers: 2);
        var weights = DinoV2Run.Open(made.Write());
        var settings = new DinoV2Settings(12, 8, [3, 1, 1], NormedLayers.All, IsWhole: true);
        var pixels = MadeDinoV2.Random(3 * 12 * 8, 5);
        string[] names = [EncoderValues.Patches(1), EncoderValues.Patches(3)];

        var whole = DinoV2Run.Outputs(weights, settings, pixels, 1, isBatched, withStreams: false, [.. names, EncoderValues.Class]);
        var first = settings with { Layers = [1] };
        var class3 = DinoV2Run.Outputs(weights, first, pixels, 1, isBatched, withStreams: false, [EncoderValues.Class]);
        var early = DinoV2Run.Outputs(weights, first with { IsWhole = false }, pixels, 1, isBatched, withStreams: false, [names[0], EncoderValues.Class]);
        var graph = DinoV2Graph.Build(weights, first with { IsWhole = false }, isBatched: isBatched).Graph;

        Assert.DoesNotContain(graph.Initializer, tensor => tensor.Name.StartsWith("blocks.1.", StringComparison.Ordinal));
        Assert.Equal(whole[names[0]], early[names[0]]);
        Golden.AssertClose(whole[names[0]].AsSpan(0, 64), early[EncoderValues.Class], 1e-5, "class of the first block");
        Golden.AssertClose(whole[names[1]].AsSpan(0, 64), whole[EncoderValues.Class], 1e-5, "class");
        Golden.AssertClose(whole[EncoderValues.Class], class3[EncoderValues.Class], 1e-5, "class alone");
    }

    [Theory]
    [InlineData("reg4", false)]
    [InlineData("swiglu", true)]
    public void Run_HalfPrecision_NearTheGoldenFeatures(string name, bool isBatched)
    {
        var golden = Golden.Open($"dinov2/features/{name}-56x98");
        var weights = DinoV2Run.Model(name);
        var last = weights.Architecture.Layers;
        var settings = new DinoV2Settings(56, 98, [last], NormedLayers.Last, IsWhole: false);
        var graph = HalfPrecision.Convert(DinoV2Graph.Build(weights, settings, isBatched: isBatched));
        using var session = OnnxSession.Create(graph, Path.GetDirectoryName(weights.FilePath), new SessionSettings());

        var outputs = session.Run(
            [new GraphTensor(EncoderValues.Pixels, Pixels("image_56x98"), 1, 3, 56, 98)], [EncoderValues.Class, EncoderValues.Patches(last)]);

        Golden.AssertClose(golden["x_norm_clstoken"], outputs[0].Values, 0.05, "class");
        Golden.AssertClose(golden["x_norm_patchtokens"], outputs[1].Values.AsSpan(64), 0.05, "patches");
    }

    [Theory]
    [InlineData(12, 10, RefusalCode.EncoderSideNotMultiple, "10 x 12", "12 x 12")]
    [InlineData(13, 8, RefusalCode.EncoderSideNotMultiple, "8 x 13", "8 x 12")]
    [InlineData(2, 8, RefusalCode.EncoderSettingInvalid, "2 pixels", "choose a multiple of 4")]
    [InlineData(8, 2052, RefusalCode.EncoderSettingInvalid, "2052 pixels", "choose a multiple of 4")]
    public void CheckedFor_SizeThatDoesNotFit_RefusedWithAdvice(int height, int width, RefusalCode code, string value, string advice)
    {
        using var made = new MadeDinoV2(registers: 0);
        var model = DinoV2Run.Open(made.Write()).Architecture;

        var refusal = Assert.Throws<RefusedInputException>(() => new DinoV2Settings(height, width, [1], NormedLayers.None, IsWhole: false).CheckedFor(model));

        Assert.Equal(code, refusal.Code);
        Assert.Contains(value, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0, 1 })]
    [InlineData(new[] { 1, 4 })]
    public void CheckedFor_LayersBeyondTheModel_Refused(int[] layers)
    {
        using var made = new MadeDinoV2(registers: 0);
        var model = DinoV2Run.Open(made.Write()).Architecture;

        var refusal = Assert.Throws<RefusedInputException>(() => new DinoV2Settings(8, 8, layers, NormedLayers.None, IsWhole: false).CheckedFor(model));

        Assert.Equal(RefusalCode.EncoderSettingInvalid, refusal.Code);
        Assert.Contains("choose from 1 to 3", refusal.Message, StringComparison.Ordinal);
    }

    private static void Compare(Golden golden, DinoV2Weights weights, DinoV2Run run, int image)
    {
        var model = weights.Architecture;
        int[] grid = [.. golden.Config.GetProperty("grid").EnumerateArray().Select(side => side.GetInt32())];
        foreach (var output in golden.Case.GetProperty("outputs").EnumerateObject())
        {
            var parts = output.Name.Split('.');
            var block = parts[0].StartsWith("block", StringComparison.Ordinal) ? int.Parse(parts[0].AsSpan(5), CultureInfo.InvariantCulture) + 1 : 0;
            var values = parts[^1] switch
            {
                "pos_embed_used" => DinoV2Positions.Resize(weights.ReadPositions(), model.Grid, grid[0], grid[1], model.Width, model.Positions),
                "tokens_in" => run.Stream(0),
                "patch" => run.PatchesOf(block, isNormed: false),
                "class" => run.ClassOf(block, isNormed: false),
                "patch_norm" => run.PatchesOf(block, isNormed: true),
                "class_norm" => run.ClassOf(block, isNormed: true),
                "x_norm_clstoken" => run.Class,
                "x_norm_regtokens" => run.Registers,
                "x_norm_patchtokens" => run.PatchesOf(model.Layers, isNormed: true),
                _ => throw new InvalidOperationException($"{output.Name} is compared with nothing."),
            };
            golden.AssertClose(output.Name, values, parts[^1] == "pos_embed_used" ? 0 : image);
        }
    }

    private static float[] Pixels(string name) => WeightFile.Open(SharedFolder.Require("golden/dinov2/inputs.safetensors")).Require(name).ReadFloats();

    private static float[] Cropped(float[] pixels, int fromHeight, int fromWidth, int height, int width)
        => [.. from channel in Enumerable.Range(0, 3)
               from y in Enumerable.Range(0, height)
               from x in Enumerable.Range(0, width)
               select pixels[(((channel * fromHeight) + y) * fromWidth) + x]];
}
