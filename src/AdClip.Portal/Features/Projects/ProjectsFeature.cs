namespace AdClip.Portal.Features.Projects;

public static class ProjectsFeature
{
    public static IServiceCollection AddProjects(this IServiceCollection services)
    {
        services.AddSingleton<ProjectAccess>();
        services.AddTransient<ProjectsState>();
        services.AddTransient<ProjectMembersState>();
        return services;
    }
}
