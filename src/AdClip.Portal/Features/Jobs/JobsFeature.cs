using AdClip.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Quartz;

namespace AdClip.Portal.Features.Jobs;

public static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration("Jobs").ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, ValidateJobsOptions>();
        services.AddSingleton<JobFeed>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<JobBoard>();
        services.AddTransient<JobTexts>();
        services.AddTransient<JobsState>();
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = "portal");
            quartz.UsePersistentStore(store =>
            {
                // A file of its own: Quartz takes the whole file for each of its transactions.
                store.UseSqlite(source => source.DataSourceFactory = provider =>
                    SqliteFactory.Instance.CreateDataSource($"Data Source={provider.GetRequiredService<DataFolder>().JobDatabase}"));
                store.ProvisionSchema();
            });
        });
        services.AddOptions<ThreadPoolOptions>().Configure<IOptions<JobsOptions>>((pool, jobs) => pool.MaxConcurrency = jobs.Value.Concurrent);
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        return services;
    }

    /// <summary>Makes a kind of job known; the feature that brings it calls this once.</summary>
    public static IServiceCollection AddJob<THandler, TTexts>(this IServiceCollection services, string kind)
        where THandler : class, IJobHandler
    {
        services.AddTransient<THandler>();
        return services.AddSingleton(new JobKind(kind, typeof(THandler), typeof(TTexts)));
    }

    /// <summary>Takes up what an earlier process left unfinished. Runs after the database is ready, before any request.</summary>
    public static Task PrepareJobsAsync(this IServiceProvider services) => services.GetRequiredService<JobBoard>().ResumeAsync();
}
