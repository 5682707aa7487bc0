using System.Text.Json;
using AdClip.Pretrain.Words;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Training;

/// <summary>Begins a training with the weights of a model that was exported before.</summary>
internal static class WarmStart
{
    /// <summary>
    /// Puts in the weights of the model's folder. Words are found by what they say: a word that the old vocabulary has keeps its row, the others keep their
    /// random one. What becomes of distances (the slopes of the memory bank) is taken from the settings.
    /// </summary>
    /// <param name="parameters">Of a training that begins.</param>
    /// <param name="words">The new vocabulary by token.</param>
    /// <param name="folder">With model.safetensors, config.json and vocab.json.</param>
    /// <exception cref="InvalidDataException">A weight has another shape there.</exception>
    public static void Load(Parameters parameters, IReadOnlyDictionary<string, int> words, string folder)
    {
        var file = WeightFile.Open(Path.Combine(folder, "model.safetensors"));
        foreach (var parameter in parameters.All.Where(parameter => !parameter.IsHead))
        {
            var old = file.Require(parameter.Name);
            if (parameter.Name == Parameters.TokenEmbedding)
            {
                var (table, width) = (old.ReadFloats(), (int)parameter.Shape[1]);
                foreach (var (word, row) in VocabularyTrainer.Words(folder).Where(word => words.ContainsKey(word.Key)))
                {
                    table.AsSpan(row * width, width).CopyTo(parameter.Values.AsSpan(words[word] * width));
                }
                continue;
            }
            if (!old.Shape.SequenceEqual(parameter.Shape))
            {
                throw new InvalidDataException($"{folder} has {parameter.Name} as [{string.Join(", ", old.Shape)}], the training needs "
                    + $"[{string.Join(", ", parameter.Shape)}]. Choose the same --patch, --size, --width and --blocks as that model's.");
            }
            old.ReadFloats().CopyTo(parameter.Values, 0);
        }
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        foreach (var layer in settings.RootElement.GetProperty("few_shot")
            .GetProperty("calibration")
            .EnumerateObject()
            .Where(layer => layer.Value.ValueKind == JsonValueKind.Object))
        {
            var block = int.Parse(layer.Name.AsSpan("layer_".Length), System.Globalization.CultureInfo.InvariantCulture);
            parameters[Parameters.HeadScale(block)].Values[0] = MathF.Log(layer.Value.GetProperty("scale").GetSingle());
            parameters[Parameters.HeadPatchOffset(block)].Values[0] = layer.Value.GetProperty("offset").GetSingle();
        }
    }
}
