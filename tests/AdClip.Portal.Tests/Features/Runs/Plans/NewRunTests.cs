using System.Text.Json;
using AdClip.Portal.Features.Runs.Plans;

namespace AdClip.Portal.Tests.Features.Runs.Plans;

public sealed class NewRunTests
{
    [Fact]
    public void Read_NothingGiven_LeavesAllOpen()
    {
        var request = JsonSerializer.Deserialize<NewRun>("{}", JsonSerializerOptions.Web)!;

        Assert.Equal(new NewRun(), request);
        Assert.True(request is { Model: null, References: null, Images: ImageChoice.All, EightBit: false, Detector: null });
    }
}
