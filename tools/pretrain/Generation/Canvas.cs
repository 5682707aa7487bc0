namespace AdClip.Pretrain.Generation;

/// <summary>Scratch planes of one picture size for one thread, used again from picture to picture.</summary>
internal sealed class Canvas(int side)
{
    private readonly Stack<float[]> _planes = new();
    private readonly Stack<Layer> _layers = new();

    public int Side { get; } = side;

    /// <summary>Pixels of one 256th of the side: the unit in which products are designed.</summary>
    public float PixelsPerUnit { get; } = side / 256f;

    /// <summary>A plane of zeros; give it back with <see cref="Return(float[])"/>.</summary>
    public float[] Rent()
    {
        if (_planes.TryPop(out var plane))
        {
            Array.Clear(plane);
            return plane;
        }
        return new float[Side * Side];
    }

    public void Return(float[] plane) => _planes.Push(plane);

    /// <summary>A layer with whatever was left in it.</summary>
    public Layer RentLayer() => _layers.TryPop(out var layer) ? layer : new Layer(Side);

    public void Return(Layer layer) => _layers.Push(layer);
}
