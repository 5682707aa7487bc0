using System.Text.Json;
using AdClip.ResNet18;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.ResNet18;

/// <summary>The files of the model are what the tool makes of the package.</summary>
public sealed class ResNet18ModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_FromThePackage_TheShippedBytes()
    {
        ModelWriter.Write(ResNet18Files.RequirePackage(), _folder);

        var made = Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal([ModelWriter.LicenceFile, ModelWriter.ConfigFile, ModelWriter.WeightsFile], made);
        foreach (var name in made)
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(_folder, name!)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(ResNet18Files.Folder, name!))),
                $"{name} is not what is made of the package");
        }
    }

    [Fact]
    public void Hash_OfTheShippedWeights_IsToldByConfigurationAndCard()
    {
        var sha256 = FileHash.Sha256(ResNet18Files.WeightsFile);

        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(ResNet18Files.Folder, ModelWriter.ConfigFile)));
        Assert.Equal(sha256, config.RootElement.GetProperty("weights_sha256").GetString());
        Assert.Contains(sha256, File.ReadAllText(Path.Combine(ResNet18Files.Folder, "MODEL_CARD.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Mean_OfEachChannel_IsThatOfThePackagesMeanImage()
    {
        var image = ResNet18Files.RequirePackage().ReadMeanImage();

        var places = image.Length / 3;
        Assert.Equal(224 * 224, places);
        for (var c = 0; c < 3; c++)
        {
            var mean = image.AsSpan(c * places, places).ToArray().Average(value => (double)value);
            Assert.Equal(mean, ResNet18Backbone.Input.Mean[2 - c], 0.0006);
        }
    }

    [Fact]
    public void Fold_BatchNormsOfThePackage_GiveTheSameAsConvolutionAndNorm()
    {
        // The first channel of the stem at one place, by hand from the package's own tensors.
        var network = ResNet18Files.RequirePackage().ReadNetwork();
        var tensors = network.Graph.Initializer.ToDictionary(tensor => tensor.Name, tensor => tensor.FloatData.ToArray());
        var window = Enumerable.Range(0, 3 * 7 * 7).Select(i => (double)((i * 37 % 101) - 50)).ToArray();
        var convolved = window.Select((value, i) => value * tensors["Parameter91"][i]).Sum();
        var normed = tensors["Parameter96"][0] * (convolved - tensors["Constant98"][0]) / Math.Sqrt(tensors["Constant99"][0] + 1e-5f);

        var stem = Folding.Fold(network)[0];

        Assert.Equal(normed + tensors["Parameter97"][0], window.Select((value, i) => value * stem.Weight[i]).Sum() + stem.Bias[0], 1e-4);
    }

    [Fact]
    public void From_ATensorMissing_IsRefused()
    {
        var refused = Assert.Throws<RefusedInputException>(
            () => ResNet18Weights.From(Write(layers => layers.Where(layer => layer.Name != "stage3.1.shortcut"))));

        Assert.Equal(RefusalCode.TensorMissing, refused.Code);
        Assert.Contains("stage3.1.shortcut.weight", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_ATensorOfAnotherShape_IsRefused()
    {
        var refused = Assert.Throws<RefusedInputException>(
            () => ResNet18Weights.From(Write(layers => layers.Select(layer => layer.Name == "stage2.2.first" ? layer with { Kernel = 5 } : layer))));

        Assert.Equal(RefusalCode.TensorShapeWrong, refused.Code);
        Assert.Contains("[128, 128, 5, 5]", refused.Message, StringComparison.Ordinal);
    }

    private WeightFile Write(Func<IEnumerable<ResNet18Layer>, IEnumerable<ResNet18Layer>> change)
    {
        var path = Path.Combine(_folder, "changed.safetensors");
        SafetensorsWriter.Write(path, [.. change(ResNet18Weights.Layers).SelectMany(layer => ((string, long[], float[])[])
        [
            (layer.Weight, [layer.Outputs, layer.Inputs, layer.Kernel, layer.Kernel], new float[layer.Outputs * layer.Inputs * layer.Kernel * layer.Kernel]),
            (layer.Bias, [layer.Outputs], new float[layer.Outputs]),
        ])]);
        return WeightFile.Open(path);
    }
}
