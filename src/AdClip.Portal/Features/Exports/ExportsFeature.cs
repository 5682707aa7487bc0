namespace AdClip.Portal.Features.Exports;

public static class ExportsFeature
{
    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.AddSingleton<GroundTruthExport>();
        services.AddTransient<ExportState>();
        return services;
    }
}
