namespace AdClip.Vision.Metrics;

/// <summary>A list that grows by chunks: never a second copy of itself while it grows, as a doubling array has.</summary>
internal sealed class ChunkedList<T>
{
    private const int ChunkLength = 1 << 18;

    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    public void Add(T item)
    {
        var place = Count % ChunkLength;
        if (place == 0)
        {
            _chunks.Add(new T[ChunkLength]);
        }
        _chunks[^1][place] = item;
        Count++;
    }

    public T[] ToArray()
    {
        var items = new T[Count];
        for (var i = 0; i < _chunks.Count; i++)
        {
            var from = i * ChunkLength;
            _chunks[i].AsSpan(0, Math.Min(ChunkLength, Count - from)).CopyTo(items.AsSpan(from));
        }
        return items;
    }

    public IEnumerable<T> Items()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _chunks[i / ChunkLength][i % ChunkLength];
        }
    }
}
