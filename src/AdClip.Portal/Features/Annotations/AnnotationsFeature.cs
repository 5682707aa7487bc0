using AdClip.Portal.Features.Images;

namespace AdClip.Portal.Features.Annotations;

public static class AnnotationsFeature
{
    public static IServiceCollection AddAnnotations(this IServiceCollection services)
    {
        services.AddSingleton<GroundTruthStore>();
        services.AddSingleton<DefectClasses>();
        services.AddSingleton<MaskImport>();
        services.AddSingleton<FolderLabels>();
        services.AddTransient<LabelerInterop>();
        services.AddSingleton(new GalleryAction(typeof(LabelButtons)));
        return services;
    }

    /// <summary>Runs before requests are served.</summary>
    public static Task PrepareAnnotationsAsync(this IServiceProvider services) => services.GetRequiredService<FolderLabels>().PrepareAsync();
}
