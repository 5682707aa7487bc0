using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Subspace;
using AdClip.Vision.Tests.Backbones.DinoV2;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Detection.Subspace;

/// <summary>SubspaceAD and AnomalyDINO from pixels to scores, on the tiny golden models.</summary>
public sealed class SubspaceGoldenTests
{
    private const int Side = 84;
    private const int Width = 64;

    [Theory]
    [InlineData("subspace-multi-shot", 4)]
    [InlineData("subspace-multi-shot-ev90", 4)]
    [InlineData("subspace-one-shot", 1)]
    public void Residuals_GoldenCase_WithinItsTolerance(string name, int references)
    {
        var golden = Golden.Open($"dinov2/few-shot/{name}");
        var weights = DinoV2Run.Model("reg4");
        // Counted from the end of the embedding and the blocks' outputs.
        var end = weights.Architecture.Layers + 1;
        int[] layers = [.. golden.Config.GetProperty("hidden_state_indices").EnumerateArray().Select(index => end + index.GetInt32())];
        float[] Features(string images)
        {
            var run = new DinoV2Run(weights, Pixels(images), Side, Side, isBatched: true);
            return PatchSubspace.MeanOfLayers([.. layers.Select(layer => new ReadOnlyMemory<float>(run.PatchesOf(layer, isNormed: false)))]);
        }
        var (reference, test) = (Features("reference"), Features("test"));
        if (golden.Case.GetProperty("outputs").TryGetProperty("features_test", out _))
        {
            golden.AssertClose("features_reference", reference);
            golden.AssertClose("features_test", test);
        }
        var each = reference.Length / 4;

        var components = PrincipalComponents.Of([.. Enumerable.Range(0, references).Select(i => new ReadOnlyMemory<float>(reference, i * each, each))], Width);
        var subspace = new PatchSubspace(components, golden.Config.GetProperty("explained_variance").GetDouble());
        var residuals = subspace.Residuals(test);
        var map = new SubspaceMap(6, 6, Side, Side);
        float[][] maps = [.. Enumerable.Range(0, 2).Select(image => map.Apply(residuals.AsSpan(image * 36, 36)))];

        golden.AssertClose("mean", [.. components.Mean.Select(value => (float)value)]);
        golden.AssertClose("eigenvalues", [.. components.Variances.Select(value => (float)value)]);
        Assert.Equal(golden.Config.GetProperty("k").GetInt32(), subspace.Count);
        golden.AssertClose("residual", residuals);
        golden.AssertClose("map", [.. maps[0], .. maps[1]]);
        golden.AssertClose("score", [PatchPooling.TopPercent(maps[0]), PatchPooling.TopPercent(maps[1])]);
    }

    [Fact]
    public void Distances_GoldenAnomalyDino_WithinItsTolerance()
    {
        var golden = Golden.Open("dinov2/few-shot/anomalydino");
        var weights = DinoV2Run.Model("noreg");
        float[] Unit(string images) => UnitVectors.Normalise(
            new DinoV2Run(weights, Pixels(images), Side, Side, isBatched: true).PatchesOf(weights.Architecture.Layers, isNormed: true), Width);
        var bank = new MemoryBank(Width);
        bank.Add("references", Unit("reference"));

        var distances = bank.Distances(Unit("test"), null);
        var enlarge = new MapOperator(6, 6, golden.Config.GetProperty("map_height").GetInt32(), golden.Config.GetProperty("map_width").GetInt32(), 4);

        golden.AssertClose("distance", distances);
        golden.AssertClose("map", [.. enlarge.Apply(distances.AsSpan(0, 36)), .. enlarge.Apply(distances.AsSpan(36))]);
        golden.AssertClose("score", [PatchPooling.TopPercent(distances.AsSpan(0, 36)), PatchPooling.TopPercent(distances.AsSpan(36))]);
    }

    private static float[] Pixels(string name) => WeightFile.Open(SharedFolder.Require("golden/dinov2/few-shot/inputs.safetensors")).Require(name).ReadFloats();
}
