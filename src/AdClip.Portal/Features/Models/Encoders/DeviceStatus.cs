using AdClip.Vision.Graphs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>Which device was asked for and which is used; that it is a slower one is kept here for everybody to see.</summary>
public sealed class DeviceStatus
{
    private readonly ILogger<DeviceStatus> _log;
    private readonly Lock _lock = new();
    private DeviceFallback? _fallback;

    public DeviceStatus(IOptions<EncodingOptions> options, ILogger<DeviceStatus> log)
    {
        _log = log;
        Wish = options.Value.Wish;
        var preview = Devices.Preview(Wish);
        Device = preview.Device;
        Note(preview.Device, preview.Fallback);
    }

    public DeviceWish Wish { get; }

    /// <summary>Of the session made last; before the first, what will be tried.</summary>
    public Device Device { get; private set; }

    /// <summary>Why the device is not the one asked for; null: it is.</summary>
    public DeviceFallback? Fallback => _fallback;

    /// <summary>Takes down what a session got.</summary>
    public void Note(Device device, DeviceFallback? fallback)
    {
        lock (_lock)
        {
            if (fallback is not null && fallback != _fallback)
            {
                _log.LogWarning("{Fallback}", fallback.ToString());
            }
            (Device, _fallback) = (device, fallback);
        }
    }
}
