namespace AdClip.Portal.Tests;

/// <summary>One portal for the tests of a class, which run one after another: each works in a project of its own.</summary>
public sealed class SharedPortal : IAsyncDisposable
{
    public PortalHost Host { get; } = new();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
