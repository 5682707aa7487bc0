using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using AdClip.Pretrain.Training;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Export;

/// <summary>Writes what the product loads: weights in 16 bits under OpenAI's names, and the settings beside them.</summary>
internal static class ModelExport
{
    /// <summary>Writes model.safetensors and completes config.json.</summary>
    /// <param name="checkpoint">Of a training; its running mean is taken.</param>
    /// <param name="settings">The settings that are chosen and not learned, as JSON; sizes and slopes are put in.</param>
    /// <param name="folder">Where to; it holds the vocabulary already.</param>
    /// <returns>The sizes, and the parameters as rounded.</returns>
    public static (ModelShape Model, Parameters Rounded) Write(string checkpoint, string settings, string folder)
    {
        var (model, parameters) = Rounded(checkpoint);
        List<TensorSource> tensors = [];
        foreach (var parameter in parameters.All.Where(parameter => !parameter.IsHead))
        {
            Half[] halves = [.. parameter.Values.Select(value => (Half)value)];
            tensors.Add(new TensorSource(parameter.Name, ElementType.F16, parameter.Shape, stream => stream.Write(MemoryMarshal.AsBytes<Half>(halves))));
        }
        Half[] scale = [(Half)MathF.Log(1 / 0.07f)];
        tensors.Add(new TensorSource("logit_scale", ElementType.F16, [], stream => stream.Write(MemoryMarshal.AsBytes<Half>(scale))));
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)],
            new Dictionary<string, string>
            {
                ["format"] = "pt",
                ["dpam"] = model.DualBlocks.ToString(CultureInfo.InvariantCulture),
                ["licence"] = "Apache-2.0",
            });

        var config = JsonNode.Parse(settings)!.AsObject();
        config["vision"] = new JsonObject
        {
            ["image_size"] = model.ImageSize,
            ["patch_size"] = model.Patch,
            ["width"] = model.Width,
            ["layers"] = model.Blocks,
            ["heads"] = model.Heads,
        };
        config["text"] = new JsonObject
        {
            ["context_length"] = model.Context,
            ["vocab_size"] = model.Vocabulary,
            ["width"] = model.TextWidth,
            ["layers"] = model.TextBlocks,
            ["heads"] = model.TextHeads,
        };
        (config["embed_dim"], config["dpam_depth"]) = (model.Embed, model.DualBlocks);
        var calibration = config["few_shot"]!["calibration"]!.AsObject();
        foreach (var block in model.FeatureBlocks)
        {
            calibration[$"layer_{block}"] = new JsonObject
            {
                ["scale"] = MathF.Round(MathF.Exp(parameters[Parameters.HeadScale(block)].Values[0]), 3),
                ["offset"] = MathF.Round(parameters[Parameters.HeadPatchOffset(block)].Values[0], 4),
            };
        }
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        return (model, parameters);
    }

    /// <summary>The sizes, and the running mean of the parameters as they are stored: rounded to 16 bits.</summary>
    public static (ModelShape Model, Parameters Rounded) Rounded(string checkpoint)
    {
        var (model, parameters) = Checkpoint.ReadMean(checkpoint);
        foreach (var parameter in parameters.All.Where(parameter => !parameter.IsHead))
        {
            for (var i = 0; i < parameter.Values.Length; i++)
            {
                parameter.Values[i] = (float)(Half)parameter.Values[i];
            }
        }
        return (model, parameters);
    }
}
