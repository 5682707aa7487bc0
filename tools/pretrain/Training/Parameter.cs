namespace AdClip.Pretrain.Training;

/// <summary>One tensor that is learned.</summary>
/// <param name="Name">As in OpenAI's state dictionary.</param>
/// <param name="Shape">As there.</param>
/// <param name="Values">Row-major; changed in place.</param>
/// <param name="Decays">Weight decay applies: matrices, not biases and scales.</param>
public sealed record Parameter(string Name, long[] Shape, float[] Values, bool Decays)
{
    /// <summary>Learned beside the model and not part of its file.</summary>
    public bool IsHead => Name.StartsWith("head.", StringComparison.Ordinal);
}
