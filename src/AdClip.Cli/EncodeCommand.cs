using System.CommandLine;
using System.Globalization;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Cli;

/// <summary><c>adclip encode</c>: class and patch tokens of images as safetensors.</summary>
internal static class EncodeCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var images = new Option<string[]>("--images") { Description = "Image files or folders", AllowMultipleArgumentsPerToken = true };
        var pixels = new Option<string?>("--pixels") { Description = "A safetensors file with a tensor pixels [n, 3, S, S], already preprocessed" };
        var path = new Option<string>("--path")
        {
            Description = "Whose patch tokens: values (i.patches.L of the value-value path), original (the same of CLIP's own path), both (adds i.original.L)",
            DefaultValueFactory = _ => "values",
        };
        path.AcceptOnlyFromAmong("values", "original", "both");
        var output = new Option<string>("--out") { Description = "The safetensors file to write", Required = true };
        var command =
            new Command("encode", "Encode images: tensors i.pixels [3, S, S], i.class [D], i.patches.L [1+T, D] for image i and layer L, not normalised")
            {
                images, pixels, path, output,
            };
        model.AddAll(command);
        model.AddPrecision(command);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(images) is null) == (result.GetResult(pixels) is null))
            {
                result.AddError("Give either --images or --pixels.");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            using var detector = model.Open(parsed, options => parsed.GetValue(path) switch
            {
                // Without value-value blocks the patch tokens are those of the original path.
                "original" => options with { Dpam = 0 },
                "both" => options with { KeepsOriginal = true },
                _ => options,
            });
            var metadata = new Dictionary<string, string> { ["encoder"] = detector.EncoderId };
            IEnumerable<float[]> inputs;
            if (parsed.GetValue(pixels) is { } file)
            {
                inputs = Split(WeightFile.Open(file), detector.Model.ImageSize);
            }
            else
            {
                var found = ImageFiles.ToInspect(parsed.GetValue(images)!);
                foreach (var (index, image) in found.Index())
                {
                    metadata[index.ToString(CultureInfo.InvariantCulture)] = image.Path;
                }
                inputs = found.Select(image => Preprocessing.LoadTensor(image.Path, detector.Model.ImageSize, detector.Input));
            }
            var tensors = new List<(string Name, long[] Shape, float[] Values)>();
            foreach (var (index, input) in inputs.Index())
            {
                cancellation.ThrowIfCancellationRequested();
                Add(tensors, index, input, detector);
            }
            SafetensorsWriter.Write(parsed.GetRequiredValue(output), tensors, metadata);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static void Add(List<(string Name, long[] Shape, float[] Values)> tensors, int index, float[] input, DetectionModel detector)
    {
        var tokens = detector.EncodeExactly(input);
        var name = index.ToString(CultureInfo.InvariantCulture);
        tensors.Add(($"{name}.pixels", [3, detector.Model.ImageSize, detector.Model.ImageSize], input));
        tensors.Add(($"{name}.class", [tokens.Width], tokens.ClassToken));
        foreach (var (kind, layers) in new[] { ("patches", tokens.Layers), ("original", tokens.OriginalLayers) })
        {
            foreach (var layer in layers)
            {
                tensors.Add(($"{name}.{kind}.{layer.Layer}", [layer.Values.Length / tokens.Width, tokens.Width], layer.Values));
            }
        }
    }

    private static IEnumerable<float[]> Split(WeightFile file, int side)
    {
        var tensor = file.Tensors.GetValueOrDefault("pixels");
        if (tensor is not { Shape: [_, 3, var height, var width] } || height != side || width != side)
        {
            var found = tensor is null ? "none" : $"[{string.Join(", ", tensor.Shape)}]";
            throw new RefusedInputException(
                RefusalCode.TensorShapeWrong, $"{file.FilePath} needs a tensor pixels of shape [n, 3, {side}, {side}] for this image size; it has {found}.",
                "pixels", file.FilePath, found, $"[n, 3, {side}, {side}]");
        }
        return tensor.ReadFloats().Chunk(3 * side * side);
    }
}
