using AdClip.Portal.Features.Runs;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

public static class EvaluationFeature
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services)
    {
        services.AddSingleton<PixelEvaluator>();
        services.AddTransient<EvaluationState>();
        services.AddSingleton<IRunScales, RunScales>();
        return services;
    }

    /// <summary>Lets an inspection of one image use what people saved. Runs before requests are served.</summary>
    public static void PrepareEvaluation(this IServiceProvider services)
    {
        var dbs = services.GetRequiredService<IDbContextFactory<PortalDb>>();
        services.GetRequiredService<ScoreThresholds>().Provide(async (kind, inAnyTiles, cancel) =>
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            return await ThresholdChoice.CurrentAsync(db, kind, inAnyTiles, cancel) is var (choice, tiles) ? new SavedThreshold(choice.Band, tiles) : null;
        });
    }
}
