namespace AdClip.Portal.Tests.Features.Images;

/// <summary>One portal for all tests of a class: each works in a project of its own.</summary>
public sealed class SharedPortal : IAsyncDisposable
{
    public PortalHost Host { get; } = new();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
