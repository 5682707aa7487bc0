namespace AdClip.Portal.Storage;

/// <summary>Something that whoever watches the server should know though it is ready.</summary>
/// <param name="Read">One English sentence; null: nothing to say.</param>
public sealed record ReadyNote(Func<string?> Read);
