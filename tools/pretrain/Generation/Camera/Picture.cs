namespace AdClip.Pretrain.Generation.Camera;

/// <summary>Light that reaches the camera: three planes, 0 to 1 and beyond.</summary>
internal sealed class Picture(int side)
{
    public float[] R { get; } = new float[side * side];

    public float[] G { get; } = new float[side * side];

    public float[] B { get; } = new float[side * side];

    public void CopyTo(Picture other)
    {
        R.CopyTo(other.R, 0);
        G.CopyTo(other.G, 0);
        B.CopyTo(other.B, 0);
    }
}
