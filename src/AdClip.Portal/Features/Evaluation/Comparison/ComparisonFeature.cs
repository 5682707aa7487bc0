namespace AdClip.Portal.Features.Evaluation.Comparison;

public static class ComparisonFeature
{
    public static IServiceCollection AddComparison(this IServiceCollection services)
    {
        services.AddSingleton<ComparisonBoard>();
        services.AddTransient<ComparisonState>();
        return services;
    }
}
