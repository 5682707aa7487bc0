using System.Globalization;

namespace AdClip.Portal.Shell;

/// <summary>Every address in the portal: the route templates for pages, and functions that fill them in.</summary>
public static class PortalUrls
{
    public const string ProjectsRoute = "/";
    public const string SignInRoute = "/sign-in";
    public const string SignOutRoute = "/sign-out";
    public const string AccountRoute = "/account";
    public const string UsersRoute = "/admin/users";
    public const string ModelsRoute = "/models";
    public const string JobsRoute = "/jobs";
    public const string DashboardRoute = "/dashboard";
    public const string ImagesRoute = "/projects/{ProjectId:guid}/images";
    public const string LabelRoute = "/projects/{ProjectId:guid}/label";
    public const string LabelImageRoute = "/projects/{ProjectId:guid}/label/{ImageId:guid}";
    public const string InspectionAreaRoute = "/projects/{ProjectId:guid}/inspection-area";
    public const string TrainingRoute = "/projects/{ProjectId:guid}/training";
    public const string StagesRoute = "/projects/{ProjectId:guid}/training/stages";
    public const string StageExperimentRoute = "/projects/{ProjectId:guid}/training/stages/{ExperimentId:guid}";
    public const string OutOfFoldRoute = "/projects/{ProjectId:guid}/training/detectors/{DetectorId:guid}";
    public const string RunsRoute = "/projects/{ProjectId:guid}/runs";
    public const string RunRoute = "/projects/{ProjectId:guid}/runs/{RunId:guid}";
    public const string InspectorsRoute = "/projects/{ProjectId:guid}/inspectors";
    public const string InspectorRoute = "/projects/{ProjectId:guid}/inspectors/{InspectorId:guid}";
    public const string ResultRoute = "/projects/{ProjectId:guid}/runs/{RunId:guid}/images/{ImageId:guid}";
    public const string EvaluationRoute = "/projects/{ProjectId:guid}/runs/{RunId:guid}/evaluation";
    public const string CompareRoute = "/projects/{ProjectId:guid}/compare";
    public const string ProjectDashboardRoute = "/projects/{ProjectId:guid}/dashboard";
    public const string ProjectSettingsRoute = "/projects/{ProjectId:guid}/settings";
    public const string ExportRoute = "/projects/{ProjectId:guid}/export";

    public static string Images(Guid projectId) => Of($"/projects/{projectId}/images");

    public static string Label(Guid projectId) => Of($"/projects/{projectId}/label");

    public static string LabelImage(Guid projectId, Guid imageId) => Of($"/projects/{projectId}/label/{imageId}");

    public static string InspectionArea(Guid projectId) => Of($"/projects/{projectId}/inspection-area");

    public static string Training(Guid projectId) => Of($"/projects/{projectId}/training");

    public static string Stages(Guid projectId) => Of($"/projects/{projectId}/training/stages");

    public static string StageExperiment(Guid projectId, Guid experimentId) => Of($"/projects/{projectId}/training/stages/{experimentId}");

    /// <summary>How a trained detector judged the images that it learned from, each by a fit without it.</summary>
    public static string OutOfFold(Guid projectId, Guid detectorId) => Of($"/projects/{projectId}/training/detectors/{detectorId}");

    public static string Runs(Guid projectId) => Of($"/projects/{projectId}/runs");

    public static string Run(Guid projectId, Guid runId) => Of($"/projects/{projectId}/runs/{runId}");

    public static string Inspectors(Guid projectId) => Of($"/projects/{projectId}/inspectors");

    public static string Inspector(Guid projectId, Guid inspectorId) => Of($"/projects/{projectId}/inspectors/{inspectorId}");

    public static string Result(Guid projectId, Guid runId, Guid imageId) => Of($"/projects/{projectId}/runs/{runId}/images/{imageId}");

    public static string Evaluation(Guid projectId, Guid runId) => Of($"/projects/{projectId}/runs/{runId}/evaluation");

    /// <summary>Runs side by side; without any, the newest ones.</summary>
    public static string Compare(Guid projectId, params IEnumerable<Guid> runIds) =>
        runIds.Any() ? Of($"/projects/{projectId}/compare?runs={string.Join(',', runIds)}") : Of($"/projects/{projectId}/compare");

    public static string ProjectDashboard(Guid projectId) => Of($"/projects/{projectId}/dashboard");

    public static string ProjectSettings(Guid projectId) => Of($"/projects/{projectId}/settings");

    public static string Export(Guid projectId) => Of($"/projects/{projectId}/export");

    public static string AnnotationsJson(Guid projectId) => Of($"/api/v1/projects/{projectId}/annotations.json");

    public static string AnnotationsCsv(Guid projectId) => Of($"/api/v1/projects/{projectId}/annotations.csv");

    public static string Culture(string culture, string returnUrl) =>
        Of($"/culture?culture={Uri.EscapeDataString(culture)}&returnUrl={Uri.EscapeDataString(returnUrl)}");

    private static string Of(FormattableString url) => url.ToString(CultureInfo.InvariantCulture);
}
