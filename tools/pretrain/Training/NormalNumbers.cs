namespace AdClip.Pretrain.Training;

/// <summary>Normal numbers that follow from a seed alone (xorshift64*, Vigna 2016; Box and Muller 1958).</summary>
public sealed class NormalNumbers(ulong seed)
{
    private ulong _state = (seed * 0x9E3779B97F4A7C15) + 0xD1B54A32D192ED03;
    private double? _other;

    /// <summary>From 0 up to 1.</summary>
    public double Uniform()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return ((_state * 0x2545F4914F6CDD1D) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Mean 0, deviation 1.</summary>
    public double Next()
    {
        if (_other is { } kept)
        {
            _other = null;
            return kept;
        }
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * Uniform());
        _other = radius * sine;
        return radius * cosine;
    }
}
