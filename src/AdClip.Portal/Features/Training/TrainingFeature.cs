using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Features.Training.Splits;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

public static class TrainingFeature
{
    public static IServiceCollection AddTraining(this IServiceCollection services)
    {
        services.AddOptions<TrainingOptions>().BindConfiguration("Training").ValidateOnStart();
        services.AddSingleton<IValidateOptions<TrainingOptions>, ValidateTrainingOptions>();
        services.AddSingleton<DetectorVersions>();
        services.AddSingleton<Checkpoints>();
        services.AddSingleton<LivePrompts>();
        services.AddSingleton<PromptTraining>();
        services.AddSingleton<TrainingEncoder>();
        services.AddSingleton<ImageTraits>();
        services.AddSingleton<TrainingBoard>();
        services.AddSingleton<SplitPlanner>();
        services.AddSingleton(new GalleryTool(typeof(ProposeSplitButton)));
        services.AddTransient<TrainingState>();
        services.AddTransient<IModelUses, TrainedOnModel>();
        services.AddTransient<CheckpointUploadInterop>();
        services.AddJob<TrainingJob, TrainingText>(TrainingJob.Kind);
        return services;
    }
}
