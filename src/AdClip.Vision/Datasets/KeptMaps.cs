using System.Runtime.InteropServices;
using AdClip.Vision.Detection;

namespace AdClip.Vision.Datasets;

/// <summary>Maps that wait in a temporary file, so that any number of them takes the memory of one.</summary>
internal sealed class KeptMaps : IDisposable
{
    private readonly List<(int Width, int Height)> _sizes = [];
    private FileStream? _file;

    public void Add(AnomalyMap map)
    {
        _file ??= new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _sizes.Add((map.Width, map.Height));
        _file.Write(MemoryMarshal.AsBytes<float>(map.Values));
    }

    /// <summary>All of them, in the order in which they came.</summary>
    public IEnumerable<AnomalyMap> Read()
    {
        _file?.Seek(0, SeekOrigin.Begin);
        foreach (var (width, height) in _sizes)
        {
            var values = new float[width * height];
            _file!.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            yield return new AnomalyMap(width, height, values);
        }
    }

    public void Dispose() => _file?.Dispose();
}
