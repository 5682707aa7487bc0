namespace AdClip.Vision.Detection.FewShot;

/// <summary>How far each patch of an image is from the nearest and the second nearest image of a bank: enough to leave any one of them out.</summary>
internal sealed class NearestTwo
{
    private readonly float[] _first;
    private readonly float[] _second;
    private readonly int[] _image;

    /// <param name="patches">Patches T.</param>
    public NearestTwo(int patches)
    {
        (_first, _second, _image) = (new float[patches], new float[patches], new int[patches]);
        Array.Fill(_first, float.PositiveInfinity);
        Array.Fill(_second, float.PositiveInfinity);
        Array.Fill(_image, -1);
    }

    /// <summary>Takes the distances [T] to the nearest patch of one image of the bank.</summary>
    public void Add(int image, ReadOnlySpan<float> distances)
    {
        for (var i = 0; i < distances.Length; i++)
        {
            if (distances[i] < _first[i])
            {
                (_second[i], _first[i], _image[i]) = (_first[i], distances[i], image);
            }
            else if (distances[i] < _second[i])
            {
                _second[i] = distances[i];
            }
        }
    }

    /// <summary>Distances to the nearest patch of any image but this: [T]; infinite where there is no other.</summary>
    public float[] Without(int image)
    {
        var distances = new float[_first.Length];
        for (var i = 0; i < distances.Length; i++)
        {
            distances[i] = _image[i] == image ? _second[i] : _first[i];
        }
        return distances;
    }
}
