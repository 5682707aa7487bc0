namespace AdClip.Portal.Features.Inference;

/// <summary>Scores that one threshold can hold for: of a project, by one encoder, with or without good images to compare with, with or without an inspection area, in tiles or whole.</summary>
public sealed record ScoreKind(Guid ProjectId, string EncoderId, bool HasReferences, bool HasArea, bool HasTiles);

/// <summary>Asks the feature downstream that keeps thresholds for the one that people saved.</summary>
public sealed class ScoreThresholds
{
    private Func<ScoreKind, CancellationToken, Task<double?>> _saved = (_, _) => Task.FromResult<double?>(null);

    /// <summary>Call while the server starts, before requests are served.</summary>
    public void Provide(Func<ScoreKind, CancellationToken, Task<double?>> saved) => _saved = saved;

    /// <summary>Null when nobody has saved one for such scores.</summary>
    internal Task<double?> SavedAsync(ScoreKind kind, CancellationToken cancel) => _saved(kind, cancel);
}
