namespace AdClip.Vision;

/// <summary>An input (image, archive, weight file, annotation) that cannot be used, through no fault of the program.</summary>
/// <remarks>
/// <see cref="Exception.Message"/> is one English sentence: what is wrong, the value seen, what to do. Callers with
/// users in other languages build the sentence from <see cref="Code"/> and <see cref="Arguments"/> instead.
/// </remarks>
/// <param name="code">Which refusal this is.</param>
/// <param name="message">The whole English sentence.</param>
/// <param name="arguments">The values that the sentence names, in the order in which it names them.</param>
public sealed class RefusedInputException(RefusalCode code, string message, params IReadOnlyList<object> arguments)
    : Exception(message)
{
    /// <summary>Which refusal this is.</summary>
    public RefusalCode Code { get; } = code;

    /// <summary>The values that the sentence names, in the order in which it names them.</summary>
    public IReadOnlyList<object> Arguments { get; } = arguments;
}
