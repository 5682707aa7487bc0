using System.Globalization;

namespace AdClip.Vision.Graphs;

/// <summary>The device that somebody asked for.</summary>
/// <param name="Wanted">Null: the best that is there.</param>
public readonly record struct DeviceWish(Device? Wanted)
{
    /// <summary>The best device that is there.</summary>
    public static readonly DeviceWish Auto;

    /// <summary>The computer's own processor.</summary>
    public static readonly DeviceWish Cpu = new(Device.Cpu);

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, <c>directml</c> or <c>directml:N</c>.</summary>
    /// <exception cref="RefusedInputException">None of these.</exception>
    public static DeviceWish Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().ToLowerInvariant().Split(':');
        var index = 0;
        if (parts is [_] || (parts is ["cuda" or "directml", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            switch (parts[0])
            {
                case "auto":
                    return Auto;
                case "cpu":
                    return Cpu;
                case "cuda":
                    return new DeviceWish(new Device(DeviceKind.Cuda, index));
                case "directml":
                    return new DeviceWish(new Device(DeviceKind.DirectMl, index));
                default:
                    break;
            }
        }
        throw new RefusedInputException(RefusalCode.DeviceUnknown, $"'{text}' names no device; write auto, cpu, cuda, cuda:1 or directml.", text);
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Wanted?.ToString() ?? "auto";
}
