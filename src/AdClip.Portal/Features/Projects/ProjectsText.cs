namespace AdClip.Portal.Features.Projects;

/// <summary>Names the texts of this feature: ProjectsText.resx and ProjectsText.ko.resx.</summary>
public sealed class ProjectsText;
