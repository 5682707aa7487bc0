namespace AdClip.Pretrain.Generation;

/// <summary>u = Ux x + Uy y + U0, v = Vx x + Vy y + V0.</summary>
internal readonly record struct Affine(float Ux, float Uy, float U0, float Vx, float Vy, float V0)
{
    public (float U, float V) Apply(float x, float y) => ((Ux * x) + (Uy * y) + U0, (Vx * x) + (Vy * y) + V0);

    /// <summary>This, then a turn by <paramref name="angle"/> and a scale of each axis.</summary>
    public Affine Then(float angle, float scaleU, float scaleV, float shiftU, float shiftV)
    {
        var (sin, cos) = MathF.SinCos(angle);
        return new Affine(
            scaleU * ((cos * Ux) + (sin * Vx)), scaleU * ((cos * Uy) + (sin * Vy)), (scaleU * ((cos * U0) + (sin * V0))) + shiftU,
            scaleV * ((cos * Vx) - (sin * Ux)), scaleV * ((cos * Vy) - (sin * Uy)), (scaleV * ((cos * V0) - (sin * U0))) + shiftV);
    }

    public Affine Inverse()
    {
        var scale = 1 / ((Ux * Vy) - (Uy * Vx));
        var (a, b, c, d) = (Vy * scale, -Uy * scale, -Vx * scale, Ux * scale);
        return new Affine(a, b, -((a * U0) + (b * V0)), c, d, -((c * U0) + (d * V0)));
    }

    /// <summary>How many units of (u, v) one step of x or y takes, on average.</summary>
    public float Scale => MathF.Sqrt(MathF.Abs((Ux * Vy) - (Uy * Vx)));
}
