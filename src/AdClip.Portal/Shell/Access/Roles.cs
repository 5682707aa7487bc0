namespace AdClip.Portal.Shell.Access;

/// <summary>The four roles.</summary>
public static class Roles
{
    public const string Annotator = "Annotator";
    public const string QaLead = "QaLead";
    public const string Supervisor = "Supervisor";
    public const string Admin = "Admin";

    public static IReadOnlyList<string> All { get; } = [Annotator, QaLead, Supervisor, Admin];
}

/// <summary>What a signed-in person may do; see <see cref="ShellFeature"/> for the roles behind each.</summary>
public static class Policies
{
    /// <summary>Upload images, draw and save ground truth: Annotator, QaLead, Admin.</summary>
    public const string Label = "Label";

    /// <summary>Create projects, run inference, set thresholds, review: QaLead, Admin.</summary>
    public const string Run = "Run";

    /// <summary>Accounts, models, storage: Admin.</summary>
    public const string Administer = "Administer";
}
