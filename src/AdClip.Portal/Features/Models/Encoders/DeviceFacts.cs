using AdClip.Portal.Features.Models.Catalog;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>How a model runs on this server.</summary>
/// <param name="Device">cpu, cuda:0 or directml:0; of the open session, else what will be tried.</param>
/// <param name="Precision">float32, float16 or int8.</param>
/// <param name="TakesBatches">Whether images of several callers are encoded together, as on graphics processors.</param>
/// <param name="IsOpen">Whether the model is in memory now.</param>
/// <param name="MemoryBytes">Estimate for the open sessions, else for one that serves runs.</param>
/// <param name="FallbackReason">Why the device is not the one asked for, in English; null: it is.</param>
/// <param name="Live">Speed on the images that were encoded lately; null: none since the server started.</param>
public sealed record DeviceFacts(string Device, string Precision, bool TakesBatches, bool IsOpen, long MemoryBytes, string? FallbackReason, EncoderSpeed? Live)
{
    /// <summary>A precision as settings and the API write it.</summary>
    public static string Name(Precision precision) => precision switch
    {
        Vision.Graphs.Precision.Float16 => "float16",
        Vision.Graphs.Precision.Int8 => "int8",
        _ => "float32",
    };

    public static DeviceFacts Of(ModelRecord model, DetectorPool detectors, DeviceStatus devices, EncoderSpeeds speeds)
    {
        var open = detectors.Open.Where(open => open.ModelId == model.Id).ToList();
        var settings = detectors.ManyCallers();
        var lately = speeds.Of(model.Sha256);
        var device = open.Count > 0 ? open[0].Execution.Device : devices.Device;
        return new DeviceFacts(
            device.ToString(), Name(settings.Precision), device.Kind != DeviceKind.Cpu, open.Count > 0,
            open.Count > 0 ? open.Sum(session => session.Bytes) : DetectorPool.BytesOf(model, model.RecommendedImageSize, settings),
            devices.Fallback?.ToString(), lately.Count > 0 ? lately[0] : null);
    }
}
