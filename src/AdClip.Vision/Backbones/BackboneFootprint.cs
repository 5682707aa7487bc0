using AdClip.Vision.Graphs;

namespace AdClip.Vision.Backbones;

/// <summary>What the memory of an opened encoder is estimated from, so that this can be done before it is opened.</summary>
/// <param name="Kind">Name of the <see cref="BackboneKind"/>.</param>
/// <param name="Layers">As in <see cref="BackboneShape"/>.</param>
/// <param name="StreamWidth">As in <see cref="BackboneShape"/>.</param>
/// <param name="PixelsPerToken">As in <see cref="BackboneShape"/>.</param>
/// <param name="Parameters">As in <see cref="BackboneShape"/>.</param>
public sealed record BackboneFootprint(string Kind, int Layers, int StreamWidth, int PixelsPerToken, long Parameters)
{
    /// <summary>Bytes of a session and of the images that it encodes at once.</summary>
    /// <param name="imageSize">Side of the square input in pixels.</param>
    /// <param name="settings">How it is run.</param>
    /// <param name="callers">Images at once.</param>
    public long SessionBytes(int imageSize, SessionSettings settings, int callers) =>
        BackboneKinds.Named(Kind).SessionBytes(this, imageSize, settings, callers);
}
