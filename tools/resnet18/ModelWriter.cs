using System.Runtime.InteropServices;
using System.Text.Json;
using AdClip.Vision;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Weights;

namespace AdClip.ResNet18;

/// <summary>Writes the model's folder; the same bytes every time. The card beside it is written by hand.</summary>
internal static class ModelWriter
{
    public const string Name = "resnet18-imagenet";
    public const string WeightsFile = "model.safetensors";
    public const string ConfigFile = "config.json";
    public const string LicenceFile = "LICENSE";

    /// <param name="package">Where the weights come from.</param>
    /// <param name="folder">Made if need be; files of the same names are replaced.</param>
    /// <param name="type">How the weights are stored.</param>
    /// <exception cref="InvalidDataException">The package holds another network.</exception>
    public static void Write(ResNet18Package package, string folder, ElementType type = ElementType.F32)
    {
        Directory.CreateDirectory(folder);
        var weights = Path.Combine(folder, WeightsFile);
        WriteWeights(Folding.Fold(package.ReadNetwork()), weights, type);
        WriteConfig(Path.Combine(folder, ConfigFile), FileHash.Sha256(weights), type);
        // Our text files end lines with a line feed alone.
        File.WriteAllText(Path.Combine(folder, LicenceFile), File.ReadAllText(package.LicenceFile).ReplaceLineEndings("\n"));
    }

    private static void WriteWeights(IReadOnlyList<FoldedConvolution> convolutions, string path, ElementType type)
    {
        var tensors = convolutions.SelectMany(folded => (TensorSource[])
        [
            Tensor(folded.Layer.Weight, folded.Weight, folded.Layer.Outputs, folded.Layer.Inputs, folded.Layer.Kernel, folded.Layer.Kernel),
            Tensor(folded.Layer.Bias, folded.Bias, folded.Layer.Outputs),
        ]);
        SafetensorsWriter.Write(path, [.. tensors], new Dictionary<string, string>
        {
            ["backbone"] = "resnet18",
            ["source"] = $"{ResNet18Package.Id} {ResNet18Package.Version}",
            ["licence"] = "MIT",
        });

        TensorSource Tensor(string name, float[] values, params long[] shape) => new(name, type, shape, stream => stream.Write(type == ElementType.F16
            ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value))
            : MemoryMarshal.AsBytes<float>(values)));
    }

    private static void WriteConfig(string path, string sha256, ElementType type)
    {
        using var stream = File.Create(path);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteNumber("format_version", 1);
            json.WriteString("backbone", "resnet18");
            json.WriteString("licence", "MIT");
            json.WriteStartObject("source");
            json.WriteString("package", ResNet18Package.Id);
            json.WriteString("version", ResNet18Package.Version);
            json.WriteString("file", ResNet18Package.NetworkFile);
            json.WriteEndObject();
            json.WriteString("weights_dtype", type == ElementType.F16 ? "float16" : "float32");
            json.WriteString("weights_sha256", sha256);
            json.WriteNumber("image_size", 320);
            Numbers("alternative_image_sizes", 224, 448);
            json.WriteNumber("image_size_multiple", ResNet18Graph.SideStep);
            json.WriteStartObject("preprocess");
            json.WriteString("resize", "bicubic, antialiased, straight to image_size x image_size (aspect not kept)");
            json.WriteString("channel_order", "bgr");
            Numbers("value_range", 0, 255);
            Numbers("mean", [.. ResNet18Backbone.Input.Mean.Reverse()]);
            Numbers("std", 1, 1, 1);
            json.WriteEndObject();
            json.WriteStartArray("layers");
            foreach (var stage in (int[])[2, 3])
            {
                json.WriteStartObject();
                json.WriteNumber("stage", stage);
                json.WriteNumber("width", ResNet18Weights.Width(stage));
                json.WriteNumber("pixels", 2 << stage);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("tokens");
            json.WriteNumber("width", ResNet18Graph.TokenWidth);
            json.WriteNumber("pixels", ResNet18Graph.PixelsPerToken);
            json.WriteString(
                "recipe", "each stage: 3x3 mean (at the border over what is there), L2; stage 2 then 2x2 mean; joined, divided by the square root of 2");
            json.WriteEndObject();
            json.WriteEndObject();

            void Numbers(string name, params float[] values)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                {
                    json.WriteNumberValue(value);
                }
                json.WriteEndArray();
            }
        }
        stream.Write("\n"u8);
    }
}
