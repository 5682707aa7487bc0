using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Images;

public static class ImagesFeature
{
    public static IServiceCollection AddImages(this IServiceCollection services)
    {
        services.AddOptions<ImagesOptions>().BindConfiguration("Images").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImagesOptions>, ValidateImagesOptions>();
        services.AddSingleton<DerivedImages>();
        services.AddSingleton<ImageAccess>();
        services.AddSingleton<ImageUpload>();
        services.AddSingleton<ImageDeletion>();
        services.AddSingleton<ImageSelections>();
        services.AddSingleton<ImageSplits>();
        services.AddTransient<ImagesState>();
        services.AddTransient<ImageUploadInterop>();
        services.AddTransient<GalleryInterop>();
        return services;
    }
}
