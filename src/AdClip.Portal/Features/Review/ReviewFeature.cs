using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Review.Teaching;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Training;

namespace AdClip.Portal.Features.Review;

public static class ReviewFeature
{
    public static IServiceCollection AddReview(this IServiceCollection services)
    {
        services.AddTransient<ReviewState>();
        services.AddTransient<ResultViewInterop>();
        services.AddSingleton<MapShelf>();
        services.AddSingleton<TeachingLines>();
        services.AddSingleton<IGoldenImages, ProjectGoldenImages>();
        services.AddTransient<IDetectorUses, LessonsOfDetector>();
        services.AddSingleton<GoldenCheck>();
        services.AddSingleton<TeachingBench>();
        services.AddSingleton<Teacher>();
        services.AddSingleton<LessonLabels>();
        services.AddSingleton<FeedbackTarget>();
        services.AddTransient<TeachingState>();
        services.AddSingleton(new ReferenceSource("Golden", typeof(TeachingText), GoldenSet.GoodAsync));
        return services;
    }
}
