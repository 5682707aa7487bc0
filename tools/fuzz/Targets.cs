using AdClip.Vision.Backbones;
using AdClip.Vision;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;
using AdClip.Vision.Weights;

namespace AdClip.Fuzz;

/// <summary>Every reader of files that come from outside.</summary>
internal static class Targets
{
    private const int MostTensorsRead = 64;
    private const long MostElementsRead = 1 << 20;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", "model.safetensors", Seeds.Safetensors, Containers.Safetensors, ReadWeights),
        new("torch-zip", "model.pt", Seeds.TorchZip, Containers.Torch, ReadWeights),
        new("legacy-pickle", "model.pt", Seeds.LegacyPickle, Containers.Legacy, ReadWeights),
        new("prompt-checkpoint", "epoch_1.pth", Seeds.Checkpoint, Containers.Torch, path => PromptCheckpoint.Read(path)),
        new(
            "vocab-json", VocabularyFiles.Vocab, Seeds.Vocab, JsonText.Mutate, ReadVocabulary,
            folder => File.WriteAllBytes(Path.Combine(folder, VocabularyFiles.Merges), Seeds.Merges[0])),
        new(
            "merges-txt", VocabularyFiles.Merges, Seeds.Merges, Bytes.Mutate, ReadVocabulary,
            folder => File.WriteAllBytes(Path.Combine(folder, VocabularyFiles.Vocab), Seeds.Vocab[0])),
        new("tokenizer-json", VocabularyFiles.Tokenizer, Seeds.TokenizerJson, JsonText.Mutate, ReadVocabulary),
        new("bpe-gz", VocabularyFiles.Archive, Seeds.Archive, Containers.Gzip, ReadVocabulary),
        new(
            "config-json", "config.json", Seeds.HuggingFaceConfig, JsonText.Mutate,
            ReadConfig, folder => Seeds.WriteModel(Path.Combine(folder, "model.safetensors"))),
        new(
            "open-clip-config", "open_clip_config.json", Seeds.OpenClipConfig, JsonText.Mutate,
            ReadConfig, folder => Seeds.WriteModel(Path.Combine(folder, "open_clip_model.safetensors"))),
        new("tokens", "image.tokens", Seeds.Tokens, Containers.Tokens, path => TokenFile.Read(File.ReadAllBytes(path), "encoder", "image")),
        new("npy", "map.npy", Seeds.Npy, Bytes.Mutate, ReadNpy),
        new("mask-png", "mask.png", Seeds.Png, Containers.Png, path => MaskDecoder.Decode(path, 12, 9)),
    ];

    /// <summary>What a reader may answer to a wrong file.</summary>
    public static bool IsRefusal(Exception answer) => answer is RefusedInputException or InvalidDataException;

    private static void ReadWeights(string path)
    {
        var file = WeightFile.Open(path);
        foreach (var tensor in file.Tensors.Values.Where(tensor => tensor.Type != ElementType.F8 && tensor.Count <= MostElementsRead).Take(MostTensorsRead))
        {
            if (tensor.ReadFloats().Length != tensor.Count)
            {
                throw new InvalidOperationException($"{tensor.Name} gave another number of values than {tensor.Count}.");
            }
        }
        if (file.Tensors.ContainsKey("visual.conv1.weight"))
        {
            ClipWeights.From(file);
        }
    }

    private static void ReadVocabulary(string path)
    {
        var tokenizer = new ClipTokenizer(VocabularyFiles.Read(Path.GetDirectoryName(path)!, "fuzz", Seeds.VocabularySize), 77);
        foreach (var text in (string[])["a damaged nut", "강판의 긁힘", "<|endoftext|> it's 3"])
        {
            tokenizer.Sequence(text);
        }
    }

    private static void ReadConfig(string path)
    {
        var folder = ModelFolder.Find(Path.GetDirectoryName(path)!);
        BackboneKinds.Open(folder);
        if (folder.Own is not null)
        {
            // Our own configuration scores as well: all of it is read when the model is opened.
            DetectionModel.Open(folder.WeightFile).Dispose();
        }
    }

    private static void ReadNpy(string path)
    {
        using var stream = File.OpenRead(path);
        NpyReader.ReadFloat32(stream);
    }
}
