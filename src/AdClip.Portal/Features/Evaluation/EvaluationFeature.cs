using AdClip.Portal.Features.Evaluation.OutOfFold;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;

namespace AdClip.Portal.Features.Evaluation;

public static class EvaluationFeature
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services)
    {
        services.AddSingleton<PixelEvaluator>();
        services.AddSingleton<IScoreThresholds, SavedThresholds>();
        services.AddTransient<EvaluationState>();
        services.AddTransient<OutOfFoldState>();
        services.AddSingleton<IRunScales, RunScales>();
        return services;
    }
}
