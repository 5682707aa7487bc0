namespace AdClip.Portal.Features.Samples;

/// <summary>The sample project that a fresh portal begins with.</summary>
public sealed class SamplesOptions
{
    /// <summary>False: a fresh portal begins empty.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Folder of the images, in MVTec layout; null: the one beside the program.</summary>
    public string? Folder { get; set; }
}
