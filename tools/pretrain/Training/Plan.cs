namespace AdClip.Pretrain.Training;

/// <summary>A part of the training at one size of input.</summary>
/// <param name="Grid">Patches along a side.</param>
/// <param name="Share">Of the whole time or of all steps.</param>
public sealed record Phase(int Grid, double Share);

/// <summary>How to train.</summary>
public sealed record Plan
{
    private const double LastRate = 0.02;

    /// <summary>In order; their shares sum to one.</summary>
    public required IReadOnlyList<Phase> Phases { get; init; }

    /// <summary>Products of a pass.</summary>
    public int Groups { get; init; } = 2;

    /// <summary>Images of each.</summary>
    public int Images { get; init; } = 4;

    /// <summary>Passes of a step, on all workers together.</summary>
    public int Passes { get; init; } = 4;

    /// <summary>Threads, each with a graph of its own.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Tokens of a text.</summary>
    public int TextLength { get; init; } = 16;

    /// <summary>Largest step size.</summary>
    public double Rate { get; init; } = 1e-3;

    /// <summary>Steps until it is reached.</summary>
    public int WarmUp { get; init; } = 200;

    /// <summary>Weight decay.</summary>
    public float Decay { get; init; } = 0.05f;

    /// <summary>Of the running mean of the weights, which is what is exported.</summary>
    public double Memory { get; init; } = 0.998;

    /// <summary>How much images of one product differ in light: 1: up to a series of exposures; 0: not.</summary>
    public float Exposures { get; init; } = 1;

    /// <summary>How much they differ in place and size: 1: up to parts placed by hand; 0: not.</summary>
    public float Looseness { get; init; } = 1;

    /// <summary>Steps in all; null: as many as fit into <see cref="Minutes"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Time limit; with <see cref="Steps"/> too, training stops there and can be resumed.</summary>
    public double Minutes { get; init; } = 60;

    public ulong Seed { get; init; } = 1;

    /// <summary>Which phase at a share of the way.</summary>
    public Phase At(double progress)
    {
        var sum = 0.0;
        foreach (var phase in Phases)
        {
            sum += phase.Share;
            if (progress < sum)
            {
                return phase;
            }
        }
        return Phases[^1];
    }

    /// <summary>Rises over the first steps, then falls along a cosine.</summary>
    public double RateAt(int step, double progress) =>
        Rate * Math.Min(1, (step + 1.0) / WarmUp) * (LastRate + ((1 - LastRate) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)))));
}
