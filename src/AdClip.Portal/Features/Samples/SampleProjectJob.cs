using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training.Splits;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Samples;

/// <summary>Fills the sample project: uploads our own images with their ground truth, and inspects them.</summary>
/// <remarks>Started again after a kill it finds what is there: the project by its id (the job's), images by their hash, runs by their number.</remarks>
internal sealed class SampleProjectJob(
    IDbContextFactory<PortalDb> dbs, ImageUpload upload, SplitPlanner planner, ImageSplits splits, RunBoard runs,
    IOptions<SamplesOptions> options, TimeProvider clock) : IJobHandler
{
    public const string Kind = "SampleProject";
    private const string ProjectName = "브러시드 강판 · Brushed steel";
    private const string ProjectDescription =
        "AdClip Portal에 포함된 샘플입니다. 직접 그린 강판 이미지와 정답으로 검사와 평가를 바로 살펴볼 수 있습니다. "
        + "The sample that comes with the portal: plates that we drew, with their ground truth.";

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var folder = options.Value.Folder ?? Path.Combine(AppContext.BaseDirectory, "samples", "brushed-steel");
        if (!Directory.Exists(folder))
        {
            return JobOutcome.Refused("SamplesMissing", folder);
        }
        var userId = Guid.Parse(job.Payload);
        var project = await EnsureProjectAsync(job.JobId, userId, cancel);
        // Images before masks, so that each mask finds its image.
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .OrderBy(file => file.Contains("ground_truth", StringComparison.Ordinal)).ThenBy(file => file, StringComparer.Ordinal)];
        await job.BeginAsync(0, files.Length);
        for (var i = 0; i < files.Length; i++)
        {
            await using var content = File.OpenRead(files[i]);
            var path = Path.GetRelativePath(folder, files[i]).Replace(Path.DirectorySeparatorChar, '/');
            await upload.TakeAsync(job.JobId, userId, path, content, cancel);
            job.Report(i + 1, files.Length);
        }
        await InspectAsync(project, userId, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await db.Set<ImageRecord>().CountAsync(image => image.ProjectId == job.JobId, cancel);
        return JobOutcome.Done("SamplesReady", [images], PortalUrls.Images(job.JobId));
    }

    /// <summary>Two runs to compare: from words alone, and with ten good plates.</summary>
    private async Task InspectAsync(Project project, Guid userId, CancellationToken cancel)
    {
        NewRun[] wanted = [new() { References = ReferenceChoice.None }, new() { References = ReferenceChoice.FirstGood, ReferenceCount = 10 }];
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var begun = await db.Set<Run>().CountAsync(run => run.ProjectId == project.Id, cancel);
        if (begun == 0)
        {
            // Their folders keep every defect for the test; here people shall be able to train with some.
            var proposed = await planner.ProposeAsync(project.Id, new SplitWish(0.4, Anew: true), cancel);
            await splits.AssignAsync(project.Id, proposed.Splits, cancel);
        }
        foreach (var request in wanted.Skip(begun))
        {
            await runs.StartAsync(project, request, userId, cancel);
        }
    }

    private async Task<Project> EnsureProjectAsync(Guid projectId, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (await db.Set<Project>().SingleOrDefaultAsync(row => row.Id == projectId, cancel) is { } existing)
        {
            return existing;
        }
        var project = new Project
        {
            Id = projectId,
            Name = ProjectName,
            Description = ProjectDescription,
            ObjectName = "metal plate",
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = userId,
        };
        db.Add(project);
        await db.SaveChangesAsync(cancel);
        return project;
    }
}
