namespace AdClip.Vision.Graphs;

/// <summary>How an encoder really runs.</summary>
/// <param name="Device">What it runs on.</param>
/// <param name="Fallback">Set if that is not what was asked for.</param>
/// <param name="Settings">What was asked for.</param>
/// <param name="TakesBatches">Whether images of several callers are encoded together.</param>
public sealed record Execution(Device Device, DeviceFallback? Fallback, SessionSettings Settings, bool TakesBatches);
