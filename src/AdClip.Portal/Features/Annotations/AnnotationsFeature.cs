using AdClip.Portal.Features.Images;

namespace AdClip.Portal.Features.Annotations;

public static class AnnotationsFeature
{
    public static IServiceCollection AddAnnotations(this IServiceCollection services)
    {
        services.AddSingleton<GroundTruthStore>();
        services.AddSingleton<DefectClasses>();
        services.AddSingleton<InspectionAreaStore>();
        services.AddTransient<InspectionAreaInterop>();
        services.AddSingleton<MaskImport>();
        services.AddSingleton<FolderLabels>();
        services.AddSingleton<IImageArrivalHandler>(provider => provider.GetRequiredService<FolderLabels>());
        services.AddHostedService<FolderLabelsCatchUp>();
        services.AddTransient<LabelerInterop>();
        services.AddSingleton(new GalleryAction(typeof(LabelButtons)));
        return services;
    }
}
