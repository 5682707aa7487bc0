namespace AdClip.Vision.Detection.GoodImages;

/// <summary>The patches of good images in any orientation, each encoded once.</summary>
internal sealed class GoodPatches
{
    private readonly IReadOnlyList<GoodImage> _images;
    private readonly PatchLayers _layers;
    private readonly ParallelOptions _parallel;
    private readonly Dictionary<(int Image, Orientation Orientation), Half[]> _kept = [];

    /// <param name="images">At least one.</param>
    /// <param name="layers">What stands for a patch.</param>
    /// <param name="threads">How many images are encoded at a time.</param>
    /// <param name="cancel">Stops between images.</param>
    public GoodPatches(IReadOnlyList<GoodImage> images, PatchLayers layers, int threads, CancellationToken cancel)
    {
        (_images, _layers) = (images, layers);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancel };
        Width = layers.Width(images[0].Upright);
    }

    /// <summary>Good images.</summary>
    public int Images => _images.Count;

    /// <summary>Width D of a row.</summary>
    public int Width { get; }

    /// <summary>Images that are worked on at a time.</summary>
    public int Threads => _parallel.MaxDegreeOfParallelism;

    /// <summary>The rows [N, D] that can be learned from, of each of these; they are kept until they are taken.</summary>
    public Half[][] Keep(IReadOnlyList<(int Image, Orientation Orientation)> wanted)
    {
        (int Image, Orientation Orientation)[] missing = [.. wanted.Where(one => !_kept.ContainsKey(one)).Distinct()];
        foreach (var (one, rows) in missing.Zip(Encode(missing)))
        {
            _kept[one] = rows;
        }
        return [.. wanted.Select(one => _kept[one])];
    }

    /// <summary>The same, and none of them is kept any longer.</summary>
    public Half[][] Take(IReadOnlyList<(int Image, Orientation Orientation)> wanted)
    {
        Keep(wanted);
        return [.. wanted.Select(one => _kept.Remove(one, out var rows) ? rows : throw new InvalidOperationException("Asked for twice."))];
    }

    /// <summary>Forgets what is kept.</summary>
    public void Clear() => _kept.Clear();

    /// <summary>Does work by as many threads as there may be; what it does must not depend on their number.</summary>
    public void ForEach(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, _parallel, work);
        }
        catch (AggregateException several)
        {
            throw several.Flatten().InnerExceptions[0];
        }
    }

    private Half[][] Encode((int Image, Orientation Orientation)[] wanted)
    {
        var found = new Half[wanted.Length][];
        ForEach(wanted.Length, i =>
        {
            var (image, orientation) = wanted[i];
            var tokens = orientation == Orientation.Upright ? _images[image].Upright : _images[image].Turned(orientation);
            found[i] = _layers.Learnable(tokens, orientation);
        });
        return found;
    }
}
