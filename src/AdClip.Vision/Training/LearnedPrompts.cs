namespace AdClip.Vision.Training;

/// <summary>One learned prompt: fixed embeddings around the learned context.</summary>
/// <param name="Context">Learned vectors, [n, D].</param>
/// <param name="Prefix">Embedding of the start token, [D].</param>
/// <param name="Suffix">Embeddings of the positions after the context, [76 - n, D].</param>
/// <param name="TokenIds">The ids of the whole sequence; the context's places hold those of "X".</param>
/// <param name="End">Position of the end token.</param>
public sealed record PromptSide(float[] Context, float[] Prefix, float[] Suffix, IReadOnlyList<int> TokenIds, int End);

/// <summary>AnomalyCLIP's parameters: two learned contexts and the deep prompts that both share.</summary>
/// <param name="Normal">The normal prompt.</param>
/// <param name="Abnormal">The abnormal prompt.</param>
/// <param name="Deep">Deep prompts, [t, D] each; the i-th (from 0) replaces positions 1 to t before block i + 1.</param>
/// <param name="Width">Width D of the text transformer.</param>
public sealed record LearnedPrompts(PromptSide Normal, PromptSide Abnormal, IReadOnlyList<float[]> Deep, int Width)
{
    /// <summary>Learned vectors n of each prompt.</summary>
    public int ContextLength => Normal.Context.Length / Width;

    /// <summary>Vectors t of each deep prompt; 0 without any.</summary>
    public int DeepLength => Deep.Count == 0 ? 0 : Deep[0].Length / Width;

    /// <summary>All parameters in the order normal, abnormal, deep prompts; the arrays themselves, not copies.</summary>
    public IReadOnlyList<float[]> Parameters => [Normal.Context, Abnormal.Context, .. Deep];
}
