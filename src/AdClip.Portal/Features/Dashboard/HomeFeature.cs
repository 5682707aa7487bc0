namespace AdClip.Portal.Features.Dashboard;

public static class HomeFeature
{
    public static IServiceCollection AddHome(this IServiceCollection services) => services.AddTransient<HomeState>();
}
