using AdClip.Portal.Features.Images;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class ImageArrivalTests
{
    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Start_NoFeatureHandlesArrivals_FailsAtOnce(string environment)
    {
        await using var host = new PortalHost(
            configure: services => services.RemoveAll<IImageArrivalHandler>(),
            settings: new Dictionary<string, string> { ["environment"] = environment });

        var fault = Assert.ThrowsAny<Exception>(() => host.Services);

        Assert.Contains(nameof(IImageArrivalHandler), fault.ToString(), StringComparison.Ordinal);
    }
}
