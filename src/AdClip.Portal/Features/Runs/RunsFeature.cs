using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Runs.Pages;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs;

public static class RunsFeature
{
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddOptions<RunsOptions>().BindConfiguration("Runs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<RunsOptions>, ValidateRunsOptions>();
        services.AddSingleton<GoodBanks>();
        services.AddSingleton<ImageScoring>();
        services.AddSingleton<TrainedMaps>();
        services.AddSingleton<Heatmaps>();
        services.AddSingleton<RunAccess>();
        services.AddSingleton<LearnedPrompts>();
        services.AddSingleton<TileAdvisor>();
        services.AddSingleton<ReferenceImages>();
        services.AddSingleton<Planner>();
        services.AddSingleton<PlanOpener>();
        services.AddSingleton<RunBoard>();
        services.AddTransient<RunsState>();
        services.AddTransient<IModelUses, RunsOfModel>();
        services.AddSingleton(new GalleryAction(typeof(SelectionInRun)));
        services.AddTransient<IDetectorUses, RunsOfDetector>();
        services.AddJob<RunJob, RunsText>(RunJob.Kind);
        return services;
    }
}
