using System.Collections.Frozen;

namespace AdClip.Vision.Graphs;

/// <summary>Why a device that was asked for is not used.</summary>
public enum DeviceFallbackReason
{
    /// <summary>This build has no support for it.</summary>
    NotInBuild,

    /// <summary>The build has, but a session could not be made on it.</summary>
    SessionFailed,
}

/// <summary>That a slower device is used than was asked for, and why.</summary>
/// <param name="Wanted">The device that is not used.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Detail">The build property that helps, or the runtime's words.</param>
public sealed record DeviceFallback(Device Wanted, DeviceFallbackReason Reason, string Detail)
{
    /// <summary>What happened and what to do, in English.</summary>
    public override string ToString() => Reason == DeviceFallbackReason.NotInBuild
        ? $"{Wanted} was asked for, but this build runs on the CPU only; build it with {Detail}, or ask for cpu."
        : $"{Wanted} could not be used ({Detail}), so the CPU is; check the driver, or ask for cpu.";
}

/// <summary>Which device to try.</summary>
/// <param name="Device">The device.</param>
/// <param name="Fallback">Set if it is not what was asked for.</param>
public sealed record DeviceDecision(Device Device, DeviceFallback? Fallback)
{
    private static readonly DeviceKind[] BestFirst = [DeviceKind.Cuda, DeviceKind.DirectMl];

    /// <summary>Decides by what was asked for, what the build can, and what was tried in vain.</summary>
    /// <remarks>On a build without graphics processors "auto" means the CPU, and nothing is lost; with one, its failure is told.</remarks>
    /// <param name="wish">What was asked for.</param>
    /// <param name="available">Kinds that the build supports; the CPU counts as given.</param>
    /// <param name="failures">Devices on which no session could be made, with the reason.</param>
    public static DeviceDecision For(DeviceWish wish, IReadOnlyCollection<DeviceKind> available, IReadOnlyDictionary<Device, string> failures)
    {
        ArgumentNullException.ThrowIfNull(available);
        ArgumentNullException.ThrowIfNull(failures);
        Device[] candidates = wish.Wanted is { } wanted ? [wanted] : [.. BestFirst.Where(available.Contains).Select(kind => new Device(kind))];
        DeviceFallback? fallback = null;
        foreach (var device in candidates.Where(device => device.Kind != DeviceKind.Cpu))
        {
            if (!available.Contains(device.Kind))
            {
                fallback ??= new DeviceFallback(device, DeviceFallbackReason.NotInBuild, BuildProperty[device.Kind]);
            }
            else if (failures.TryGetValue(device, out var reason))
            {
                fallback ??= new DeviceFallback(device, DeviceFallbackReason.SessionFailed, reason);
            }
            else
            {
                return new DeviceDecision(device, fallback);
            }
        }
        return new DeviceDecision(Device.Cpu, fallback);
    }

    private static readonly FrozenDictionary<DeviceKind, string> BuildProperty = new Dictionary<DeviceKind, string>
    {
        [DeviceKind.Cuda] = "-p:Accelerator=cuda",
        [DeviceKind.DirectMl] = "-p:Accelerator=directml",
    }.ToFrozenDictionary();
}
