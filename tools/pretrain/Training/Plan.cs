namespace AdClip.Pretrain.Training;

/// <summary>A part of the training at one size of input.</summary>
/// <param name="Grid">Patches along a side.</param>
/// <param name="Share">Of the whole time or of all steps.</param>
public sealed record Phase(int Grid, double Share);

/// <summary>How to train.</summary>
/// <param name="Phases">In order; their shares sum to one.</param>
/// <param name="Groups">Products of a pass.</param>
/// <param name="Images">Images of each.</param>
/// <param name="Passes">Passes of a step, on all workers together.</param>
/// <param name="Workers">Threads, each with a graph of its own.</param>
/// <param name="TextLength">Tokens of a text.</param>
/// <param name="Rate">Largest step size.</param>
/// <param name="WarmUp">Steps until it is reached.</param>
/// <param name="Decay">Weight decay.</param>
/// <param name="Memory">Of the running mean of the weights, which is what is exported.</param>
/// <param name="Exposures">How much images of one product differ in light: 1: up to a series of exposures; 0: not.</param>
/// <param name="Looseness">How much they differ in place and size: 1: up to parts placed by hand; 0: not.</param>
/// <param name="Steps">Steps in all; null: as many as fit into <paramref name="Minutes"/>.</param>
/// <param name="Minutes">Time limit; with <paramref name="Steps"/> too, training stops there and can be resumed.</param>
public sealed record Plan(
    IReadOnlyList<Phase> Phases, int Groups = 2, int Images = 4, int Passes = 4, int Workers = 2, int TextLength = 16,
    double Rate = 1e-3, int WarmUp = 200, float Decay = 0.05f, double Memory = 0.998,
    float Exposures = 1, float Looseness = 1, int? Steps = null, double Minutes = 60, ulong Seed = 1)
{
    private const double LastRate = 0.02;

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
