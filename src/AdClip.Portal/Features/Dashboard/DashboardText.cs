namespace AdClip.Portal.Features.Dashboard;

/// <summary>Names the texts of the dashboards: DashboardText.resx and DashboardText.ko.resx.</summary>
public sealed class DashboardText;
