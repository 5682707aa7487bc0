using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;

namespace AdClip.Portal.Features.Inspectors.Pages;

/// <summary>What people can do with a trained detector on its card.</summary>
public sealed class DetectorActionsState(RunBoard runs, InspectorMaker maker, DetectorVersions versions, IEnumerable<IDetectorUses> uses)
{
    /// <summary>Starts a run of it over all images of the project.</summary>
    /// <exception cref="Vision.RefusedInputException">There is no image, or its model is gone.</exception>
    public Task<Run> InspectAsync(Project project, DetectorVersion version, ClaimsPrincipal user) =>
        runs.StartAsync(project, new NewRun { Detector = version.Id }, user.UserId(), CancellationToken.None);

    /// <exception cref="Vision.RefusedInputException">Its model is gone, or no image says where the band lies.</exception>
    public Task<Inspector> MakeInspectorAsync(Project project, DetectorVersion version, ClaimsPrincipal user) =>
        maker.OfDetectorAsync(project, version.Id, name: null, user.UserId(), CancellationToken.None);

    /// <exception cref="Vision.RefusedInputException">The name is too long.</exception>
    public Task RenameAsync(DetectorVersion version, string? name) => versions.RenameAsync(version.Id, name);

    /// <exception cref="Vision.RefusedInputException">Something uses it.</exception>
    public Task DeleteAsync(DetectorVersion version) => versions.DeleteAsync(version, uses);
}
