namespace AdClip.Portal.Features.Images;

/// <summary>
/// Images that somebody selected on one page to use them on another. Addresses carry a key: hundreds of ids would not fit in them.
/// Kept in memory, the newest only; after a restart people select again.
/// </summary>
public sealed class ImageSelections
{
    /// <summary>Of all people together; the oldest goes.</summary>
    public const int MostKept = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (Guid ProjectId, IReadOnlyList<Guid> ImageIds)> _kept = [];
    private readonly Queue<Guid> _order = new();

    /// <summary>Keeps a selection; the result names it.</summary>
    public Guid Keep(Guid projectId, IEnumerable<Guid> imageIds)
    {
        var key = Guid.NewGuid();
        lock (_lock)
        {
            _kept[key] = (projectId, [.. imageIds]);
            _order.Enqueue(key);
            if (_order.Count > MostKept)
            {
                _kept.Remove(_order.Dequeue());
            }
        }
        return key;
    }

    /// <summary>Null: it is no longer there, or of another project.</summary>
    public IReadOnlyList<Guid>? Find(Guid projectId, Guid key)
    {
        lock (_lock)
        {
            return _kept.TryGetValue(key, out var selection) && selection.ProjectId == projectId ? selection.ImageIds : null;
        }
    }
}
