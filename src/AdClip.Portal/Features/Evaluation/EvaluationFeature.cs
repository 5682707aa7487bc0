namespace AdClip.Portal.Features.Evaluation;

public static class EvaluationFeature
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services)
    {
        services.AddSingleton<PixelEvaluator>();
        services.AddTransient<EvaluationState>();
        return services;
    }
}
