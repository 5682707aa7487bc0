namespace AdClip.Vision.Graphs;

/// <summary>A kind of processor that graphs can run on.</summary>
public enum DeviceKind
{
    /// <summary>The computer's own processor; always there.</summary>
    Cpu,

    /// <summary>An NVIDIA graphics processor.</summary>
    Cuda,

    /// <summary>Any graphics processor under Windows, by DirectML.</summary>
    DirectMl,
}

/// <summary>A processor that graphs run on.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Which of several alike, from 0; 0 for the CPU.</param>
public readonly record struct Device(DeviceKind Kind, int Index = 0)
{
    /// <summary>The computer's own processor.</summary>
    public static readonly Device Cpu = new(DeviceKind.Cpu);

    /// <summary>As configurations write it: <c>cpu</c>, <c>cuda:0</c>, <c>directml:0</c>.</summary>
    public override string ToString() => Kind switch
    {
        DeviceKind.Cuda => FormattableString.Invariant($"cuda:{Index}"),
        DeviceKind.DirectMl => FormattableString.Invariant($"directml:{Index}"),
        _ => "cpu",
    };
}
