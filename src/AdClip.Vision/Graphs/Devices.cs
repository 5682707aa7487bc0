using System.Collections.Frozen;

namespace AdClip.Vision.Graphs;

/// <summary>What this build can run on.</summary>
public static class Devices
{
    /// <summary>Kinds of devices that this build supports; whether one is there is found out by opening a model on it.</summary>
    public static IReadOnlyList<DeviceKind> Supported => OnnxSession.Supported;

    /// <summary>The device that will be tried first, and whether the build already rules out what was asked for.</summary>
    public static DeviceDecision Preview(DeviceWish wish) => DeviceDecision.For(wish, Supported, FrozenDictionary<Device, string>.Empty);
}
