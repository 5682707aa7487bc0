using AdClip.Portal.Features.Jobs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training.Stages;

public static class StagesFeature
{
    public static IServiceCollection AddStages(this IServiceCollection services)
    {
        services.AddOptions<StagesOptions>().BindConfiguration("Stages").ValidateOnStart();
        services.AddSingleton<IValidateOptions<StagesOptions>, ValidateStagesOptions>();
        services.AddSingleton<StageBoard>();
        services.AddTransient<StagesState>();
        services.AddJob<StageJob, StagesText>(StageJob.Kind);
        return services;
    }
}
