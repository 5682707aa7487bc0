namespace AdClip.Portal.Shell;

/// <summary>Names the texts of the shell: ShellText.resx (English) and ShellText.ko.resx.</summary>
public sealed class ShellText;
