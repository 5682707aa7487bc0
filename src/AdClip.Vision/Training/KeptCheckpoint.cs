using System.Text.Json;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Training;

/// <summary>Learned prompts as they are kept: what is learned and fixed in a small file, with the texts of the folds beside it.</summary>
/// <remarks>
/// A safetensors file. <c>epoch_N.pth</c> has beside these tensors projections that AnomalyCLIP saves and never computes, most of its
/// bytes; <see cref="PromptCheckpoint.Write"/> adds them again. Learned prompts can be read from either file.
/// </remarks>
/// <param name="Prompts">What was learned.</param>
/// <param name="Folds">Texts that did not see certain images; null: nobody knows which images the prompts saw.</param>
public sealed record KeptCheckpoint(PromptCheckpoint Prompts, FoldTexts? Folds)
{
    private const string TextsName = "fold_texts";
    private const string FoldsKey = "folds";

    /// <summary>Writes it, to a temporary file beside <paramref name="path"/> first.</summary>
    public void Write(string path)
    {
        var tensors = Prompts.Tensors();
        var metadata = new Dictionary<string, string>();
        if (Folds is { Texts: [var first, ..] })
        {
            tensors.Add(
                (TextsName, [Folds.Texts.Count, 2, first.Normal.Length], [.. Folds.Texts.SelectMany(text => (float[])[.. text.Normal, .. text.Abnormal])]));
            metadata[FoldsKey] = JsonSerializer.Serialize(Folds.FoldOf.OrderBy(image => image.Key, StringComparer.Ordinal).ToDictionary());
        }
        SafetensorsWriter.Write(path, tensors, metadata);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, or a checkpoint of AnomalyCLIP, which has no texts of folds.</summary>
    /// <exception cref="RefusedInputException">Not a prompt checkpoint, or damaged.</exception>
    public static KeptCheckpoint Read(string path)
    {
        var file = WeightFile.Open(path);
        return new KeptCheckpoint(PromptCheckpoint.Read(file), FoldsOf(file));
    }

    private static FoldTexts? FoldsOf(WeightFile file)
    {
        if (!file.Metadata.TryGetValue(FoldsKey, out var json) || !file.Tensors.TryGetValue(TextsName, out var stored) || stored.Shape is not [> 0, 2, > 0])
        {
            return null;
        }
        try
        {
            var foldOf = JsonSerializer.Deserialize<Dictionary<string, int>>(json)!;
            var (values, width) = (stored.ReadFloats(), (int)stored.Shape[2]);
            return foldOf.Values.All(fold => fold >= 0 && fold < stored.Shape[0])
                ? new FoldTexts(foldOf, [.. values.Chunk(2 * width).Select(pair => new TextPair(pair[..width], pair[width..]))])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
