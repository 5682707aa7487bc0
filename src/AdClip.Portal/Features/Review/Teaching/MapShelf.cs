using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Vision.Detection;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Maps that nobody has kept yet, for the page that asked for them. In memory; the oldest make room.</summary>
public sealed class MapShelf
{
    private const int Most = 48;
    private readonly Lock _lock = new();
    private readonly LinkedList<(Guid Id, Guid ProjectId, ReadOnlyMemory<byte> Npy)> _maps = [];

    /// <summary>Lays a map down; returns the address of its .npy file.</summary>
    public string Put(Guid projectId, AnomalyMap map)
    {
        var id = Guid.NewGuid();
        var npy = MapFile.Of(map);
        lock (_lock)
        {
            _maps.AddFirst((id, projectId, npy));
            while (_maps.Count > Most)
            {
                _maps.RemoveLast();
            }
        }
        return $"/api/v1/feedback-maps/{id}";
    }

    /// <summary>The file and its project; null: it is gone.</summary>
    public (Guid ProjectId, ReadOnlyMemory<byte> Npy)? Find(Guid id)
    {
        lock (_lock)
        {
            return _maps.Where(map => map.Id == id).Select(map => ((Guid, ReadOnlyMemory<byte>)?)(map.ProjectId, map.Npy)).FirstOrDefault();
        }
    }
}
