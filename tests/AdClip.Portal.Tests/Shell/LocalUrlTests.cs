using AdClip.Portal.Shell.Access;

namespace AdClip.Portal.Tests.Shell;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/models", "/models")]
    [InlineData("/projects/1/images?label=good", "/projects/1/images?label=good")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    [InlineData(null, "/")]
    public void OrHome_AnyAddress_StaysInThePortal(string? url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url));
}
