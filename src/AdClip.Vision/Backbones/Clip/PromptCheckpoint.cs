using System.Runtime.InteropServices;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The tensors of one learned prompt: "X X ... X object." with learned vectors in place of each X.</summary>
/// <param name="Context">Learned vectors, [n, D].</param>
/// <param name="Prefix">Embedding of the start token, [D].</param>
/// <param name="Suffix">Embeddings of the positions after the context, [76 - n, D].</param>
/// <param name="TokenIds">Ids of the whole sequence.</param>
public sealed record CheckpointSide(float[] Context, float[] Prefix, float[] Suffix, IReadOnlyList<int> TokenIds)
{
    /// <summary>Position of the end token.</summary>
    internal int End => TextEncoder.EndPosition([.. TokenIds]);
}

/// <summary>A layer that AnomalyCLIP saves and loads with the prompts, and never computes.</summary>
/// <param name="Weight">[896, D].</param>
/// <param name="Bias">[896].</param>
public sealed record CheckpointProjection(float[] Weight, float[] Bias);

/// <summary>Learned prompts as AnomalyCLIP saves them (<c>epoch_N.pth</c>), or the same tensors as safetensors.</summary>
/// <remarks>The stored embeddings win over the model's own. Source: AnomalyCLIP, ICLR 2024, section 3.</remarks>
/// <param name="Normal">The normal prompt.</param>
/// <param name="Abnormal">The abnormal prompt.</param>
/// <param name="Deep">Deep prompts, [t, D] each; the i-th (from 0) replaces positions 1 to t before block i + 1.</param>
/// <param name="Projections">One for each deep prompt; where there are none, zeros are written, as the original asks for them.</param>
/// <param name="Width">Width D of the text transformer.</param>
public sealed record PromptCheckpoint(
    CheckpointSide Normal, CheckpointSide Abnormal, IReadOnlyList<float[]> Deep, IReadOnlyList<CheckpointProjection> Projections, int Width)
{
    internal const string Group = "prompt_learner";
    private const int ProjectionRows = 896;

    /// <summary>Learned vectors n of each prompt.</summary>
    public int ContextLength => Normal.Context.Length / Width;

    /// <summary>Vectors t of each deep prompt; 0 without any.</summary>
    public int DeepLength => Deep.Count == 0 ? 0 : Deep[0].Length / Width;

    /// <summary>What is learned, in the order normal, abnormal, deep prompts: the arrays themselves, not copies.</summary>
    public IReadOnlyList<float[]> Parameters => [Normal.Context, Abnormal.Context, .. Deep];

    /// <summary>The same with parameters of its own, which can be changed without changing these.</summary>
    internal PromptCheckpoint Copy() => this with
    {
        Normal = Normal with { Context = [.. Normal.Context] },
        Abnormal = Abnormal with { Context = [.. Abnormal.Context] },
        Deep = [.. Deep.Select(deep => (float[])[.. deep])],
    };

    /// <summary>Reads a checkpoint; whether it fits a model is seen when it is used with one.</summary>
    /// <exception cref="RefusedInputException">Not a prompt checkpoint, or damaged.</exception>
    public static PromptCheckpoint Read(string path) => Read(WeightFile.Open(path));

    /// <summary>The same from a file whose list of tensors is read already.</summary>
    internal static PromptCheckpoint Read(WeightFile file) => new PromptCheckpointReader(file).Read();

    /// <summary>Refuses prompts that the model cannot use.</summary>
    /// <param name="model">Its sizes.</param>
    /// <param name="file">The file's name, for the sentence.</param>
    /// <exception cref="RefusedInputException">Another text width, too many deep prompts, or a prompt that is too long.</exception>
    public void CheckFits(ClipArchitecture model, string file)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Width != model.TextWidth)
        {
            throw Wrong(file, $"its prompts are {Width} wide where the model's text width is {model.TextWidth}");
        }
        if (Deep.Count >= model.TextLayers)
        {
            throw Wrong(file, $"it has {Deep.Count} deep prompts where the model's {model.TextLayers} text blocks take at most {model.TextLayers - 1}");
        }
        var longest = Math.Max(Normal.TokenIds.Count, Abnormal.TokenIds.Count);
        if (longest > model.ContextLength)
        {
            throw Wrong(file, $"its prompt has {longest} tokens where the model takes {model.ContextLength}");
        }
    }

    /// <summary>What the texts follow from, as named tensors of float32; without the projections, which nothing computes.</summary>
    internal List<(string Name, long[] Shape, float[] Values)> Tensors()
    {
        List<(string, long[], float[])> tensors = [];
        foreach (var (name, side) in new[] { ("pos", Normal), ("neg", Abnormal) })
        {
            tensors.Add(($"ctx_{name}", Rows(side.Context), side.Context));
            tensors.Add(($"token_prefix_{name}", Rows(side.Prefix), side.Prefix));
            tensors.Add(($"token_suffix_{name}", Rows(side.Suffix), side.Suffix));
            // Ids are small: every one is exact in float32.
            tensors.Add(($"tokenized_prompts_{name}", [side.TokenIds.Count], [.. side.TokenIds.Select(id => (float)id)]));
        }
        tensors.AddRange(Deep.Select((deep, i) => ($"compound_prompts_text.{i}", Rows(deep), deep)));
        return tensors;

        long[] Rows(float[] values) => [values.Length / Width, Width];
    }

    /// <summary>Writes a file that AnomalyCLIP's own code loads, to a temporary one beside it first.</summary>
    /// <param name="path">The file to make, named <c>epoch_N.pth</c> there; an existing one is replaced.</param>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var tensors = new List<(string Name, PickleTensor Tensor)>();
        var storages = new Dictionary<string, byte[]>();
        AddWhole("ctx_pos", Normal.Context, 1, 1, Normal.Context.Length / Width, Width);
        AddWhole("ctx_neg", Abnormal.Context, 1, 1, Abnormal.Context.Length / Width, Width);
        AddEmbeddings("pos", Normal);
        AddEmbeddings("neg", Abnormal);
        AddIds("tokenized_prompts_pos", Normal.TokenIds);
        AddIds("tokenized_prompts_neg", Abnormal.TokenIds);
        for (var i = 0; i < Deep.Count; i++)
        {
            AddWhole($"compound_prompts_text.{i}", Deep[i], Deep[i].Length / Width, Width);
        }
        for (var i = 0; i < Deep.Count; i++)
        {
            var projection = i < Projections.Count ? Projections[i] : new CheckpointProjection(new float[ProjectionRows * Width], new float[ProjectionRows]);
            AddWhole($"compound_prompt_projections.{i}.weight", projection.Weight, projection.Bias.Length, Width);
            AddWhole($"compound_prompt_projections.{i}.bias", projection.Bias, projection.Bias.Length);
        }
        var pickle = PickleWriter.StateDict(
            Group, tensors, ["", "compound_prompts_text", "compound_prompt_projections", .. Deep.Select((_, i) => $"compound_prompt_projections.{i}")]);
        var temporary = path + ".part";
        using (var stream = File.Create(temporary))
        {
            TorchArchiveWriter.Write(stream, Path.GetFileNameWithoutExtension(path), pickle, storages);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);

        PickleStorage Store(ElementType type, byte[] bytes)
        {
            var storage = new PickleStorage(type, $"{storages.Count}", bytes.Length / type.Bytes());
            storages.Add(storage.Key, bytes);
            return storage;
        }

        void AddWhole(string name, float[] values, params long[] shape)
            => tensors.Add(
                (name, new PickleTensor(Store(ElementType.F32, MemoryMarshal.AsBytes<float>(values).ToArray()), 0, shape, StoredTensor.RowMajor(shape))));

        // There, prefix and suffix are views of the embeddings of the whole sequence; those of "X" lie between them, unused.
        void AddEmbeddings(string side, CheckpointSide values)
        {
            float[] sequence = [.. values.Prefix, .. new float[values.Context.Length], .. values.Suffix];
            var storage = Store(ElementType.F32, MemoryMarshal.AsBytes<float>(sequence).ToArray());
            long[] strides = [sequence.Length, sequence.Length, Width, 1];
            tensors.Add(($"token_prefix_{side}", new PickleTensor(storage, 0, [1, 1, 1, Width], strides)));
            tensors.Add(
                ($"token_suffix_{side}", new PickleTensor(storage, Width + values.Context.Length, [1, 1, values.Suffix.Length / Width, Width], strides)));
        }

        void AddIds(string name, IReadOnlyList<int> ids)
            => tensors.Add((name, new PickleTensor(
                Store(ElementType.I32, MemoryMarshal.AsBytes<int>([.. ids]).ToArray()), 0, [1, 1, ids.Count], [ids.Count, ids.Count, 1])));
    }

    /// <summary>Text features of the normal and the abnormal prompt, not normalised: two of [E].</summary>
    /// <exception cref="RefusedInputException">Not a prompt checkpoint, or one for another model.</exception>
    internal static float[][] Encode(string path, ClipWeights weights, SessionSettings session)
    {
        var checkpoint = Read(path);
        checkpoint.CheckFits(weights.Architecture, Path.GetFileName(path));
        var deep = checkpoint.Deep;
        using var encoder = new TextEncoder(weights, session, deep.Count, checkpoint.DeepLength);
        return [encoder.Encode(Embeddings(checkpoint.Normal, checkpoint.Width), deep), encoder.Encode(Embeddings(checkpoint.Abnormal, checkpoint.Width), deep)];
    }

    internal static RefusedInputException Wrong(string file, string what)
        => new(RefusalCode.CheckpointInvalid, $"{file} cannot be used as learned prompts of this model: {what}.", file, what);

    // Up to the end token: [n, D].
    private static float[] Embeddings(CheckpointSide side, int width)
    {
        float[] all = [.. side.Prefix, .. side.Context, .. side.Suffix];
        return all[..((side.End + 1) * width)];
    }
}
