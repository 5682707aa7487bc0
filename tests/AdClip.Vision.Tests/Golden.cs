using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests;

/// <summary>The golden numbers of a case: its tensors and the tolerance of each.</summary>
internal sealed class Golden
{
    private readonly WeightFile _tensors;
    private readonly JsonElement _case;

    private Golden(string folder, string tensorFile)
    {
        _tensors = WeightFile.Open(Path.Combine(folder, tensorFile));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        _case = json.RootElement.Clone();
    }

    public JsonElement Config => _case.GetProperty("config");

    public JsonElement Case => _case;

    public static Golden Open(string relativeFolder, string tensorFile = "outputs.safetensors")
        => new(SharedFolder.Require($"golden/{relativeFolder}"), tensorFile);

    public static string TinyClip => SharedFolder.Require("golden/tiny-clip/openai_state_dict.pt");

    /// <summary>Folder of the vocabulary that the tiny and the full-size models share.</summary>
    public static string Vocabulary => SharedFolder.Require("golden/text/tokenizer");

    public float[] this[string name] => _tensors.Require(name).ReadFloats();

    public double Tolerance(string name) => _case.GetProperty("tolerances").GetProperty(name).GetProperty("atol").GetDouble();

    /// <summary>Every value within the case's tolerance for <paramref name="name"/>.</summary>
    public void AssertClose(string name, ReadOnlySpan<float> actual, int batchIndex = 0, string? toleranceName = null)
    {
        var expected = this[name];
        AssertClose(expected.AsSpan(batchIndex * actual.Length, actual.Length), actual, Tolerance(toleranceName ?? name), name);
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), $"{name}[{i}] is {actual[i]}");
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }
        Assert.True(worst <= tolerance, $"{name}: off by {worst:g3}, allowed {tolerance:g3}");
    }
}
