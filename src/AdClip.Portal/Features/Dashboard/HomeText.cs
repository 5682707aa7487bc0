namespace AdClip.Portal.Features.Dashboard;

/// <summary>Names the texts of the home page: HomeText.resx and HomeText.ko.resx.</summary>
public sealed class HomeText;
