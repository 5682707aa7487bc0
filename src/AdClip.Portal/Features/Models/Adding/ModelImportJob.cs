using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Shell;
using AdClip.Vision;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>Brings a model in from the server's disk or from a hub. Progress counts mebibytes.</summary>
internal sealed class ModelImportJob(ModelCatalog catalog, ModelFolders folders, ModelPaths paths, ModelHub hub, IOptions<ModelsOptions> options) : IJobHandler
{
    public const string Kind = "ModelImport";
    private const int Mebibyte = 1 << 20;

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var import = ModelImport.Parse(job.Payload);
        if ((await catalog.ListAsync(cancel)).Any(model => model.Id == import.ModelId))
        {
            // Admitted by an attempt that was killed before it could say so, or the name was taken meanwhile.
            return job.Attempt > 1 ? Done(import) : throw NameTaken(import);
        }
        var staged = Directory.CreateDirectory(folders.StagingOf($"job-{job.JobId:N}")).FullName;
        switch (import.Source)
        {
            case ModelSource.Path:
                await CopyAsync(paths.Check(import.Location), staged, job, cancel);
                break;
            case ModelSource.Hub:
                await DownloadAsync(import.Location, staged, job, cancel);
                break;
        }
        try
        {
            var model = await catalog.AdmitAsync(staged, import.ModelId, import.Name, import.Location, cancel);
            var same = (await catalog.WithWeightsAsync(model.Sha256, cancel)).FirstOrDefault(other => other.Id != model.Id);
            return same is null ? Done(import) : JobOutcome.Done("ImportDoneSame", [import.Name, same.Name], PortalUrls.ModelsRoute);
        }
        catch (RefusedInputException)
        {
            Directory.Delete(staged, recursive: true);
            throw;
        }
    }

    private static JobOutcome Done(ModelImport import) => JobOutcome.Done("ImportDone", [import.Name], PortalUrls.ModelsRoute);

    private static RefusedInputException NameTaken(ModelImport import) =>
        new(RefusalCode.ModelNameTaken, $"There is already a model {import.ModelId}; choose another name or delete that one first.", import.ModelId);

    private static async Task CopyAsync(string source, string staged, JobContext job, CancellationToken cancel)
    {
        IReadOnlyList<FileInfo> files = Directory.Exists(source)
            ? [.. new DirectoryInfo(source).EnumerateFiles().Where(file => ModelFiles.IsAccepted(file.Name))]
            :
            [
                new FileInfo(source),
                .. ModelFiles.Companions.Select(name => new FileInfo(Path.Combine(Path.GetDirectoryName(source)!, name))).Where(file => file.Exists),
            ];
        var total = Mebibytes(files.Sum(file => file.Length));
        await job.BeginAsync(0, total);
        var copied = 0L;
        var buffer = new byte[Mebibyte];
        foreach (var file in files)
        {
            await using var from = new FileStream(
                file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using var to = new FileStream(
                Path.Combine(staged, file.Name), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            int read;
            while ((read = await from.ReadAsync(buffer, cancel)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancel);
                copied += read;
                job.Report(Mebibytes(copied), total);
            }
            to.Flush(flushToDisk: true);
        }
    }

    private async Task DownloadAsync(string repository, string staged, JobContext job, CancellationToken cancel)
    {
        if (!options.Value.HubRepositories.Contains(repository))
        {
            throw new RefusedInputException(
                RefusalCode.HubRepositoryNotAllowed,
                $"{repository} is not one of the repositories that may be downloaded ({string.Join(", ", options.Value.HubRepositories)}).",
                repository, string.Join(", ", options.Value.HubRepositories));
        }
        var weights = await hub.FindAsync(repository, "main", "model.safetensors", cancel)
            ?? await hub.FindAsync(repository, "main", "pytorch_model.bin", cancel)
            ?? throw new RefusedInputException(RefusalCode.HubFileMissing, $"{repository} has neither model.safetensors nor pytorch_model.bin.", repository);
        List<HubFile> files = [weights];
        foreach (var name in ModelFiles.Companions)
        {
            if (await hub.FindAsync(repository, weights.Commit, name, cancel) is { } companion)
            {
                files.Add(companion);
            }
        }
        var total = Mebibytes(files.Sum(file => file.Bytes ?? 0));
        var before = files.Sum(file => Length(Path.Combine(staged, file.Name)) + Length(Path.Combine(staged, file.Name + ".part")));
        await job.BeginAsync(Mebibytes(before), total);
        var finished = 0L;
        foreach (var file in files)
        {
            var target = Path.Combine(staged, file.Name);
            await hub.FetchAsync(file, target, bytes => job.Report(Math.Min(Mebibytes(finished + bytes), total), total), cancel);
            finished += Length(target);
        }
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static int Mebibytes(long bytes) => (int)((bytes + Mebibyte - 1) / Mebibyte);
}
