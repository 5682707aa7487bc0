namespace AdClip.Vision.Metrics;

/// <summary>A number and how far it can be from the exact one.</summary>
/// <param name="Value">The number to show.</param>
/// <param name="Error">Proven: the exact number lies within <paramref name="Value"/> ± this; 0 = exact up to float64 rounding.</param>
public readonly record struct Bounded(double Value, double Error)
{
    /// <summary>The middle of an interval that is known to hold the exact number.</summary>
    internal static Bounded Between(double low, double high) => new((low + high) / 2, (high - low) / 2);
}
