using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(AdClip.Portal.Tests.IdlePortals))]

namespace AdClip.Portal.Tests;

/// <summary>
/// A portal for the tests of a class, which run one after another: each works in a project of its own, with users of its own.
/// The next class takes it over, so that only as many are started as classes run at once. A test that needs a fresh one makes it.
/// </summary>
public sealed class SharedPortal(IdlePortals idle) : IDisposable
{
    public PortalHost Host { get; } = idle.Take();

    public void Dispose() => idle.Return(Host);
}

/// <summary>Portals that no class uses at the moment.</summary>
public sealed class IdlePortals : IAsyncDisposable
{
    private readonly ConcurrentBag<PortalHost> _portals = [];

    public PortalHost Take() => _portals.TryTake(out var portal) ? portal : new PortalHost();

    public void Return(PortalHost portal) => _portals.Add(portal);

    public async ValueTask DisposeAsync()
    {
        foreach (var portal in _portals)
        {
            await portal.DisposeAsync();
        }
    }
}
