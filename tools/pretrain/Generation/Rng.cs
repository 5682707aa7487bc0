using System.Numerics;

namespace AdClip.Pretrain.Generation;

/// <summary>Random numbers that a seed fixes for good (xoshiro256**, Blackman and Vigna 2018), whatever the framework's version.</summary>
internal sealed class Rng
{
    private readonly ulong _seed;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Rng(ulong seed)
    {
        _seed = seed;
        var mix = seed;
        _a = Mix(ref mix);
        _b = Mix(ref mix);
        _c = Mix(ref mix);
        _d = Mix(ref mix);
    }

    /// <summary>An independent stream for one purpose; drawing from it, or not, changes nothing here.</summary>
    public Rng Fork(ulong purpose)
    {
        var mix = _seed ^ ((purpose + 1) * 0xD1B54A32D192ED03UL);
        return new Rng(Mix(ref mix));
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>In [0, 1).</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    public float Range(float low, float high) => low + ((high - low) * Unit());

    /// <summary>Even over the logarithm: as many draws between 1 and 2 as between 10 and 20.</summary>
    public float LogRange(float low, float high) => low * MathF.Pow(high / low, Unit());

    /// <summary>In [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)((Next() >> 33) * (ulong)count >> 31);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Whole(int low, int high) => low + Below(high - low + 1);

    public bool Chance(float probability) => Unit() < probability;

    public float Sign() => (Next() >> 63) == 0 ? 1 : -1;

    public float Angle() => Unit() * MathF.Tau;

    public float Normal()
    {
        var radius = MathF.Sqrt(-2 * MathF.Log(1 - Unit()));
        return radius * MathF.Cos(MathF.Tau * Unit());
    }

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>An index with probability proportional to its weight; the last one where all weights are zero.</summary>
    public int PickWeighted(ReadOnlySpan<float> weights)
    {
        var total = 0f;
        foreach (var weight in weights)
        {
            total += weight;
        }
        var left = Unit() * total;
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }
        return weights.Length - 1;
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
