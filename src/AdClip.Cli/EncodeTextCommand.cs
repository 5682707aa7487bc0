using System.CommandLine;
using AdClip.Vision.Weights;

namespace AdClip.Cli;

/// <summary><c>adclip encode-text</c>: text features of unit length as safetensors.</summary>
internal static class EncodeTextCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptOptions();
        var text = new Option<string[]>("--text") { Description = "Texts to encode: tensor text [n, D]", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--out") { Description = "The safetensors file to write", Required = true };
        var command = new Command("encode-text", "Encode texts and the pair of prompts: tensors text [n, D] and prompts [2, D] (normal, anomaly)")
        {
            text, output,
        };
        model.AddModel(command);
        prompts.Add(command);
        command.SetAction(parsed =>
        {
            using var detector = model.Open(parsed);
            var tensors = new List<(string Name, long[] Shape, float[] Values)>();
            if (parsed.GetValue(text) is { Length: > 0 } texts)
            {
                var features = detector.RequireWords().EncodeTexts(texts);
                tensors.Add(("text", [features.Count, features[0].Length], [.. features.SelectMany(feature => feature)]));
            }
            var pair = detector.RequireWords().EncodePrompts(prompts.Read(parsed));
            tensors.Add(("prompts", [2, pair.Normal.Length], [.. pair.Normal, .. pair.Abnormal]));
            SafetensorsWriter.Write(parsed.GetRequiredValue(output), tensors);
            return CommandLine.Done;
        });
        return command;
    }
}
