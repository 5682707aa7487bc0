using AdClip.Portal.Storage;
using AdClip.Vision;

namespace AdClip.Portal.Tests.Storage;

public sealed class BoundedCopyTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 300_000)]
    [InlineData(100, 299_900)]
    public async Task Receive_UpToTheLimit_EveryByteInOrder(int had, int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        using var target = new MemoryStream();

        Assert.Equal(had + length, await BoundedCopy.ReceiveAsync(new MemoryStream(bytes).ReadAsync, target.WriteAsync, had, 300_000, Cancel));

        Assert.Equal(bytes, target.ToArray());
    }

    [Theory]
    [InlineData(0, 300_001)]
    [InlineData(300_000, 1)]
    public async Task Receive_OneByteMore_RefusedBeforeItIsWritten(int had, int length)
    {
        using var target = new MemoryStream();

        var refused = await Assert.ThrowsAsync<RefusedInputException>(() =>
            BoundedCopy.ReceiveAsync(new MemoryStream(new byte[length]).ReadAsync, target.WriteAsync, had, 300_000, Cancel));

        Assert.Equal(RefusalCode.FileTooLarge, refused.Code);
        Assert.Equal(["300001", "300000"], refused.Arguments.Select(argument => argument.ToString()));
        Assert.InRange(had + target.Length, 0, 300_000);
    }
}
