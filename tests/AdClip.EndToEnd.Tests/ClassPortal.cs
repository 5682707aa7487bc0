namespace AdClip.EndToEnd.Tests;

/// <summary>A portal for the tests of one class, which run one after another: they may kill it, when they start it again.</summary>
public sealed class ClassPortal : IAsyncLifetime
{
    public PortalProcess Process { get; } = new();

    public async ValueTask InitializeAsync() => await Process.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
