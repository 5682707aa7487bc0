using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

public static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration("Storage").ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, ValidateStorageOptions>();
        services.AddSingleton<DataFolder>();
        services.AddSingleton<BlobStore>();
        services.AddSingleton<TokenCache>();
        services.AddDbContextFactory<PortalDb>((provider, options) => options
            .UseSqlite($"Data Source={provider.GetRequiredService<DataFolder>().Database}")
            .AddInterceptors(new SqliteDurability()));
        services.AddDataProtection().SetApplicationName("AdClip.Portal");
        services.AddOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>()
            .Configure<DataFolder, ILoggerFactory>((keys, folder, logs) => keys.XmlRepository =
                new Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository(new DirectoryInfo(folder.Keys), logs));
        return services;
    }

    /// <summary>Ready means: started, and the database answers. What else should be known follows line by line.</summary>
    public static void MapStorage(this WebApplication app) =>
        app.MapGet("/health/ready", async (IDbContextFactory<PortalDb> dbs, IEnumerable<ReadyNote> notes, CancellationToken cancel) =>
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            return await db.Database.CanConnectAsync(cancel)
                ? Results.Text(string.Join('\n', ["ready", .. notes.Select(note => note.Read()).OfType<string>()]))
                : Results.Text("database unreachable", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).WithTags("Health");

    /// <summary>Creates or upgrades the database and clears what a killed server left behind. Runs before any request.</summary>
    public static async Task PrepareStorageAsync(this IServiceProvider services)
    {
        services.GetRequiredService<BlobStore>().SweepIncoming();
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        // A server killed while it migrated left its lock, which would be waited for without end. Only one process uses this file.
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
        await db.Database.MigrateAsync();
    }
}
