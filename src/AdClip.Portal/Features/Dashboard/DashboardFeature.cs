namespace AdClip.Portal.Features.Dashboard;

public static class DashboardFeature
{
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddTransient<DashboardState>();
        services.AddTransient<HomeState>();
        services.AddTransient<HomeDropInterop>();
        return services;
    }
}
