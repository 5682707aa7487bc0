namespace AdClip.Portal.Features.Review;

public static class ReviewFeature
{
    public static IServiceCollection AddReview(this IServiceCollection services)
    {
        services.AddTransient<ReviewState>();
        services.AddTransient<ResultViewInterop>();
        return services;
    }
}
