namespace AdClip.Portal.Shell.Charts;

/// <summary>Names the texts that all charts share: ChartsText.resx and ChartsText.ko.resx.</summary>
public sealed class ChartsText;
