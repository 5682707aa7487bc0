using System.Text.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>Starts trainings: settles what is left open and puts the job on the board.</summary>
public sealed class TrainingBoard(IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, JobBoard jobs)
{
    /// <summary>Fewer good images cannot be compared with each other.</summary>
    public const int LeastGood = 2;

    /// <summary>Starts one; its id is the job's. Durable when it returns.</summary>
    /// <exception cref="RefusedInputException">No such model, too few good images, or nothing that it may use.</exception>
    public async Task<JobView> StartAsync(Project project, NewTraining request, Guid userId, CancellationToken cancel)
    {
        if (request is { UseText: false, UseBank: false, UseHeads: false, UseAnomalyBank: false })
        {
            throw new RefusedInputException(RefusalCode.TrainingWithoutParts, "Every part of the detector is switched off; switch on at least one.");
        }
        var model = request.Model is null ? await catalog.DefaultAsync(project.Id, cancel) : await catalog.GetAsync(request.Model, cancel);
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            var good = await db.Set<ImageRecord>().CountAsync(image => image.ProjectId == project.Id && image.DeletedAt == null && image.Label == ImageLabel.Good, cancel);
            if (good < LeastGood)
            {
                throw new RefusedInputException(RefusalCode.FitGoodImagesTooFew, $"{good} good images are too few to learn from; add until there are {LeastGood}, better 10.", good, LeastGood);
            }
        }
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? project.ObjectName : request.ObjectName.Trim();
        var plan = new TrainingPlan(model.Id, objectName, request.Options, userId);
        return await jobs.EnqueueAsync(new NewJob(TrainingJob.Kind, project.Id, JsonSerializer.Serialize(plan), [project.Name, model.Name], userId), cancel: cancel);
    }
}
