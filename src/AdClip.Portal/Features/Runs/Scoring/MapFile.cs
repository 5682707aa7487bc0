using AdClip.Vision.Detection;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Maps as they are stored and sent: .npy, float32, [rows, columns].</summary>
internal static class MapFile
{
    public static ReadOnlyMemory<byte> Of(AnomalyMap map)
    {
        using var npy = new MemoryStream((map.Values.Length * sizeof(float)) + 256);
        NpyWriter.Write(npy, map.Values, map.Height, map.Width);
        return npy.GetBuffer().AsMemory(0, (int)npy.Length);
    }
}
