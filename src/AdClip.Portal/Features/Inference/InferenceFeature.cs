using AdClip.Portal.Features.Jobs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Inference;

public static class InferenceFeature
{
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        services.AddOptions<InferenceOptions>().BindConfiguration("Inference").ValidateOnStart();
        services.AddSingleton<IValidateOptions<InferenceOptions>, ValidateInferenceOptions>();
        services.AddSingleton<ImageInspector>();
        services.AddSingleton<TrainedMaps>();
        services.AddSingleton<Heatmaps>();
        services.AddSingleton<RunAccess>();
        services.AddSingleton<LearnedPrompts>();
        services.AddSingleton<TileAdvisor>();
        services.AddSingleton<RunBoard>();
        services.AddSingleton<ScoreThresholds>();
        services.AddSingleton<DirectInspection>();
        services.AddTransient<RunsState>();
        services.AddJob<InferenceJob, InferenceText>(InferenceJob.Kind);
        return services;
    }
}
