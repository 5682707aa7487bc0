namespace AdClip.Pretrain.Generation;

/// <summary>A painted surface before light falls on it: colour, height and gloss for each pixel, row-major.</summary>
internal sealed class Layer(int side)
{
    public int Side { get; } = side;

    public float[] R { get; } = new float[side * side];

    public float[] G { get; } = new float[side * side];

    public float[] B { get; } = new float[side * side];

    /// <summary>In 256ths of the picture's side, towards the camera.</summary>
    public float[] Height { get; } = new float[side * side];

    /// <summary>0: matt; 1: a mirror.</summary>
    public float[] Gloss { get; } = new float[side * side];

    public void CopyTo(Layer other)
    {
        R.CopyTo(other.R, 0);
        G.CopyTo(other.G, 0);
        B.CopyTo(other.B, 0);
        Height.CopyTo(other.Height, 0);
        Gloss.CopyTo(other.Gloss, 0);
    }

    public Tint ColourAt(int pixel) => new(R[pixel], G[pixel], B[pixel]);

    public void Set(int pixel, Tint tint)
    {
        R[pixel] = tint.R;
        G[pixel] = tint.G;
        B[pixel] = tint.B;
    }

    /// <summary>Moves a pixel's colour towards <paramref name="tint"/>.</summary>
    public void Blend(int pixel, Tint tint, float share)
    {
        R[pixel] += (tint.R - R[pixel]) * share;
        G[pixel] += (tint.G - G[pixel]) * share;
        B[pixel] += (tint.B - B[pixel]) * share;
    }

    public void Multiply(int pixel, float gain)
    {
        R[pixel] *= gain;
        G[pixel] *= gain;
        B[pixel] *= gain;
    }

    public void Multiply(int pixel, Tint gain)
    {
        R[pixel] *= gain.R;
        G[pixel] *= gain.G;
        B[pixel] *= gain.B;
    }
}
