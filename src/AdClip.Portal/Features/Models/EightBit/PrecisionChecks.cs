using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Models.EightBit;

/// <summary>Starts comparisons of 8-bit with 32-bit arithmetic, and knows their verdicts.</summary>
public sealed class PrecisionChecks(IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, JobBoard board)
{
    /// <summary>Fewer images prove nothing.</summary>
    public static int LeastImages { get; } = new FidelityLimits().Images;

    /// <summary>Projects that this person may see, by name.</summary>
    public async Task<IReadOnlyList<Project>> ProjectsAsync(ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        return await ProjectAccess.Visible(db, user).Where(project => project.ArchivedAt == null).OrderBy(project => project.Name).ToListAsync();
    }

    /// <summary>Starts the job.</summary>
    /// <exception cref="RefusedInputException">No such model, or too few images in the project.</exception>
    public async Task<JobView> StartAsync(Project project, string modelId, Guid userId, CancellationToken cancel = default)
    {
        var model = await catalog.GetAsync(modelId, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await db.Set<ImageRecord>().CountAsync(image => image.ProjectId == project.Id && image.DeletedAt == null, cancel);
        if (images < LeastImages)
        {
            throw new RefusedInputException(
                RefusalCode.FidelityImagesTooFew,
                $"{project.Name} has {images} images; comparing 8-bit arithmetic takes at least {LeastImages}, so upload more.",
                project.Name, images, LeastImages);
        }
        return await board.EnqueueAsync(new NewJob(PrecisionCheckJob.Kind, project.Id, model.Id, [model.Name, project.Name], userId), cancel: cancel);
    }

    /// <summary>The latest verdict on a model's present weights for each project that has one.</summary>
    public async Task<IReadOnlyList<PrecisionCheck>> LatestAsync(ModelRecord model, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var checks = await db.Set<PrecisionCheck>()
            .AsNoTracking()
            .Where(check => check.ModelId == model.Id && check.Sha256 == model.Sha256)
            .ToListAsync(cancel);
        return [.. checks.OrderByDescending(check => check.CheckedAt).DistinctBy(check => check.ProjectId)];
    }

    /// <summary>The latest verdict on the project's images for each model that has one, at its recommended size.</summary>
    public async Task<IReadOnlyDictionary<string, PrecisionCheck>> OfProjectAsync(
        Guid projectId, IReadOnlyList<ModelRecord> models, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var checks = await db.Set<PrecisionCheck>().AsNoTracking().Where(check => check.ProjectId == projectId).ToListAsync(cancel);
        return checks.OrderByDescending(check => check.CheckedAt)
            .Where(check => models.Any(model => model.Id == check.ModelId && model.Sha256 == check.Sha256 && model.RecommendedImageSize == check.ImageSize))
            .DistinctBy(check => check.ModelId)
            .ToDictionary(check => check.ModelId);
    }

    /// <summary>Refuses 8 bits unless the latest comparison on the project's images allowed them.</summary>
    /// <exception cref="RefusedInputException">It was not compared with this size, or it did not pass: with the figures that fail.</exception>
    public async Task RequirePassedAsync(Guid projectId, ModelRecord model, int imageSize, CancellationToken cancel)
    {
        var check = (await LatestAsync(model, cancel)).FirstOrDefault(check => check.ProjectId == projectId);
        if (check is null || check.ImageSize != imageSize)
        {
            throw new RefusedInputException(
                RefusalCode.FidelityUnknown,
                $"8-bit arithmetic was not compared on the images of this project with "
                + $"{model.Name} at {imageSize} pixels; start the check on the Models page.",
                model.Name, imageSize);
        }
        if (!check.Passed)
        {
            throw Insufficient(model.Name, check.Report());
        }
    }

    internal static RefusedInputException Insufficient(string model, FidelityReport report)
    {
        var failing = string.Join(
            ", ",
            report.Figures.Where(figure => !figure.Passed)
                .Select(figure => FormattableString.Invariant($"{figure.Measure} {figure.Value:0.####} / {figure.Limit:0.####}")));
        return new RefusedInputException(
            RefusalCode.FidelityInsufficient,
            $"8-bit arithmetic is not good enough for the images of this project with {model} ({failing}); stay with 32 bits.",
            model, failing);
    }
}
