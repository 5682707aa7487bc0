using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Samples;

public static class SamplesFeature
{
    public static IServiceCollection AddSamples(this IServiceCollection services)
    {
        services.AddOptions<SamplesOptions>().BindConfiguration("Samples");
        services.AddJob<SampleProjectJob, SamplesText>(SampleProjectJob.Kind);
        return services;
    }

    /// <summary>Gives a portal that never had a project the sample one. Runs after accounts and jobs are ready.</summary>
    public static async Task PrepareSamplesAsync(this IServiceProvider services)
    {
        if (!services.GetRequiredService<IOptions<SamplesOptions>>().Value.Enabled)
        {
            return;
        }
        Guid administrator;
        await using (var db = await services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync())
        {
            if (await db.Set<Project>().AnyAsync() || await db.Set<JobRecord>().AnyAsync(job => job.Kind == SampleProjectJob.Kind))
            {
                return;
            }
            administrator = await db.Users.OrderBy(user => user.CreatedAt).Select(user => user.Id).FirstAsync();
        }
        await services.GetRequiredService<JobBoard>().EnqueueAsync(
            new NewJob(SampleProjectJob.Kind, ProjectId: null, administrator.ToString(), [], administrator));
    }
}
