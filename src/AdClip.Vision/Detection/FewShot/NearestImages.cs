namespace AdClip.Vision.Detection.FewShot;

/// <summary>
/// How far each patch of an image is from the nearest images of a bank: the mean of a few, with
/// one to spare so that any one can be left out.
/// </summary>
/// <remarks>
/// A mean over several images asks for a patch that is unlike most good images, not unlike every one.
/// </remarks>
internal sealed class NearestImages
{
    private readonly int _mean;
    private readonly int _kept;
    private readonly float[] _distances;
    private readonly int[] _images;

    /// <param name="patches">Patches T.</param>
    /// <param name="mean">Nearest images that a distance is the mean of.</param>
    public NearestImages(int patches, int mean)
    {
        (_mean, _kept) = (mean, mean + 1);
        (_distances, _images) = (new float[patches * _kept], new int[patches * _kept]);
        Array.Fill(_distances, float.PositiveInfinity);
        Array.Fill(_images, -1);
    }

    /// <summary>Takes the distances [T] to the nearest patch of one image of the bank.</summary>
    public void Add(int image, ReadOnlySpan<float> distances)
    {
        for (var i = 0; i < distances.Length; i++)
        {
            var own = _distances.AsSpan(i * _kept, _kept);
            var ids = _images.AsSpan(i * _kept, _kept);
            var at = _kept - 1;
            if (distances[i] >= own[at])
            {
                continue;
            }
            for (; at > 0 && own[at - 1] > distances[i]; at--)
            {
                (own[at], ids[at]) = (own[at - 1], ids[at - 1]);
            }
            (own[at], ids[at]) = (distances[i], image);
        }
    }

    /// <summary>Mean distance to the nearest images but this: [T]; infinite where there is no other.</summary>
    public float[] Without(int image)
    {
        var means = new float[_distances.Length / _kept];
        for (var i = 0; i < means.Length; i++)
        {
            var (sum, count) = (0f, 0);
            for (var at = i * _kept; at < (i + 1) * _kept && count < _mean; at++)
            {
                if (_images[at] != image && float.IsFinite(_distances[at]))
                {
                    sum += _distances[at];
                    count++;
                }
            }
            means[i] = count > 0 ? sum / count : float.PositiveInfinity;
        }
        return means;
    }
}
