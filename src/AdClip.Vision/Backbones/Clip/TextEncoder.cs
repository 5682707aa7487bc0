using System.Numerics.Tensors;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Turns token sequences or learned prompts into text features. Not normalised.</summary>
internal sealed class TextEncoder : IDisposable
{
    private readonly ClipWeights _weights;
    private readonly float[] _positions;
    private readonly OnnxSession _session;

    /// <param name="weights">The model.</param>
    /// <param name="session">How it is run.</param>
    /// <param name="deepPrompts">Number of deep prompts that every run gives; 0 for plain CLIP.</param>
    /// <param name="deepLength">Vectors in each of them.</param>
    public TextEncoder(ClipWeights weights, SessionSettings session, int deepPrompts = 0, int deepLength = 0)
    {
        _weights = weights;
        _positions = weights["positional_embedding"].ReadFloats();
        _session = OnnxSession.Create(TextEncoderGraph.Build(weights, deepPrompts, deepLength), Path.GetDirectoryName(weights.FilePath), session);
    }

    /// <param name="ids">Start, tokens, end; what follows the first largest id is ignored, as CLIP pools there.</param>
    /// <returns>[E].</returns>
    public float[] Encode(ReadOnlySpan<int> ids)
    {
        var table = _weights["token_embedding.weight"];
        var width = _weights.Architecture.TextWidth;
        var length = EndPosition(ids) + 1;
        var embedded = new float[length * width];
        for (var i = 0; i < length; i++)
        {
            table.ReadRow(ids[i]).CopyTo(embedded, i * width);
        }
        return Run(embedded, []);
    }

    /// <param name="embeddings">Token embeddings [n, D], the end token last, n at most the context length.</param>
    /// <param name="deep">The deep prompts, [t, D] each.</param>
    /// <returns>[E].</returns>
    public float[] Encode(float[] embeddings, IReadOnlyList<float[]> deep) => Run([.. embeddings], deep);

    /// <summary>The position of the first largest id: the end token, which has the largest of all.</summary>
    public static int EndPosition(ReadOnlySpan<int> ids) => TensorPrimitives.IndexOfMax(ids);

    public void Dispose() => _session.Dispose();

    private float[] Run(float[] embedded, IReadOnlyList<float[]> deep)
    {
        var width = _weights.Architecture.TextWidth;
        TensorPrimitives.Add(embedded, _positions.AsSpan(0, embedded.Length), embedded);
        List<GraphTensor> inputs = [new(TextEncoderGraph.Embedded, embedded, embedded.Length / width, width)];
        inputs.AddRange(deep.Select((prompt, i) => new GraphTensor(TextEncoderGraph.Deep(i), prompt, prompt.Length / width, width)));
        return _session.Run(inputs, [TextEncoderGraph.Text])[0].Values;
    }
}
