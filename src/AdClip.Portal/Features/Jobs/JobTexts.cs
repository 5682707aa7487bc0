using AdClip.Portal.Shell.Refusals;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Says what a job is and how it ended, in the reader's language; each kind brings its own texts.</summary>
public sealed class JobTexts(IEnumerable<JobKind> kinds, IStringLocalizerFactory texts, IStringLocalizer<JobsText> own, IStringLocalizer<RefusalText> refusals)
{
    public string Title(JobView job) => Of(job)["JobTitle" + job.Kind, JobArguments.Read(job.TitleArguments)];

    /// <summary>Null: nothing to add to the state.</summary>
    public string? Sentence(JobView job)
    {
        if (job.MessageCode is null)
        {
            return null;
        }
        var arguments = JobArguments.Read(job.MessageArguments);
        var candidates = new[] { Of(job), own, refusals }.Select(text => text[job.MessageCode, arguments]);
        return candidates.FirstOrDefault(sentence => !sentence.ResourceNotFound)?.Value ?? job.MessageCode;
    }

    /// <summary>The part that is worked on; null: the job has one only, or its texts do not name it.</summary>
    public string? Part(JobView job) =>
        job.Estimate is { Part: { Length: > 0 } part } estimate
            && Of(job)["JobPart" + part, estimate.PartDone, estimate.PartSteps] is { ResourceNotFound: false } text ? text.Value : null;

    private IStringLocalizer Of(JobView job) => texts.Create(kinds.Single(kind => kind.Name == job.Kind).Texts);
}
