using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Adding;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Models.Measuring;
using AdClip.Portal.Storage;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models;

public static class ModelsFeature
{
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddOptions<ModelsOptions>().BindConfiguration("Models").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ModelsOptions>, ValidateModelsOptions>();
        services.AddOptions<EncodingOptions>().BindConfiguration("Runs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<EncodingOptions>, ValidateEncodingOptions>();
        services.AddSingleton<DeviceStatus>();
        services.AddSingleton(provider => new ReadyNote(() => provider.GetRequiredService<DeviceStatus>().Fallback?.ToString()));
        services.AddSingleton<EncoderSpeeds>();
        services.AddSingleton<ModelFolders>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<DetectorPool>();
        services.AddSingleton<EncoderSlots>();
        services.AddSingleton<TokenSource>();
        services.AddSingleton<ModelPaths>();
        services.AddTransient<ModelUpload>();
        services.AddTransient<IModelUses, ModelsOwnUses>();
        services.AddTransient<ModelsState>();
        services.AddTransient<PrecisionChecks>();
        services.AddTransient<ModelUploadInterop>();
        // The hub's answers before a redirect carry the checksum, so redirects are followed by hand.
        services.AddHttpClient<ModelHub>(http => http.Timeout = TimeSpan.FromMinutes(2))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(15) });
        services.AddJob<ModelImportJob, ModelsText>(ModelImportJob.Kind);
        services.AddJob<PrecisionCheckJob, ModelsText>(PrecisionCheckJob.Kind);
        services.AddJob<ModelMeasureJob, ModelsText>(ModelMeasureJob.Kind);
        return services;
    }
}
