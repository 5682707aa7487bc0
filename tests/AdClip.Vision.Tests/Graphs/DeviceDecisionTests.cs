using AdClip.Vision.Graphs;

namespace AdClip.Vision.Tests.Graphs;

public sealed class DeviceDecisionTests
{
    private static readonly Device Cuda = new(DeviceKind.Cuda);
    private static readonly Device DirectMl = new(DeviceKind.DirectMl);
    private static readonly Dictionary<Device, string> NoFailures = [];

    [Fact]
    public void For_AutoOnCpuBuild_CpuWithoutWarning() =>
        Assert.Equal(new DeviceDecision(Device.Cpu, null), DeviceDecision.For(DeviceWish.Auto, [DeviceKind.Cpu], NoFailures));

    [Fact]
    public void For_AutoOnGraphicsBuild_BestFirst()
    {
        Assert.Equal(new DeviceDecision(Cuda, null), DeviceDecision.For(DeviceWish.Auto, [DeviceKind.Cpu, DeviceKind.DirectMl, DeviceKind.Cuda], NoFailures));
        Assert.Equal(new DeviceDecision(DirectMl, null), DeviceDecision.For(DeviceWish.Auto, [DeviceKind.DirectMl, DeviceKind.Cpu], NoFailures));
    }

    [Fact]
    public void For_AutoWhereAllFailed_CpuAndTheFirstReason()
    {
        var failures = new Dictionary<Device, string> { [Cuda] = "no driver", [DirectMl] = "no adapter" };

        var decision = DeviceDecision.For(DeviceWish.Auto, [DeviceKind.Cuda, DeviceKind.DirectMl], failures);

        Assert.Equal(Device.Cpu, decision.Device);
        Assert.Equal(new DeviceFallback(Cuda, DeviceFallbackReason.SessionFailed, "no driver"), decision.Fallback);
    }

    [Fact]
    public void For_AutoWhereTheBestFailed_NextOneAndTheReason()
    {
        var decision = DeviceDecision.For(DeviceWish.Auto, [DeviceKind.Cuda, DeviceKind.DirectMl], new Dictionary<Device, string> { [Cuda] = "no driver" });

        Assert.Equal(DirectMl, decision.Device);
        Assert.Equal(Cuda, decision.Fallback!.Wanted);
    }

    [Fact]
    public void For_CudaOnCpuBuild_CpuAndTheBuildProperty()
    {
        var decision = DeviceDecision.For(DeviceWish.Parse("cuda:1"), [DeviceKind.Cpu], NoFailures);

        Assert.Equal(Device.Cpu, decision.Device);
        Assert.Equal(DeviceFallbackReason.NotInBuild, decision.Fallback!.Reason);
        Assert.Contains("-p:Accelerator=cuda", decision.Fallback.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("cuda:1 ", decision.Fallback.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void For_OneCudaDeviceFailed_AnotherIsStillTried() =>
        Assert.Equal(
            new DeviceDecision(new Device(DeviceKind.Cuda, 1), null),
            DeviceDecision.For(DeviceWish.Parse("cuda:1"), [DeviceKind.Cuda], new Dictionary<Device, string> { [Cuda] = "no driver" }));

    [Fact]
    public void For_CpuWanted_NothingElseIsTried() =>
        Assert.Equal(new DeviceDecision(Device.Cpu, null), DeviceDecision.For(DeviceWish.Cpu, [DeviceKind.Cuda], NoFailures));

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData(" CPU ", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("CUDA:3", "cuda:3")]
    [InlineData("directml", "directml:0")]
    public void Parse_KnownDevice_ReadAndWritten(string text, string written) => Assert.Equal(written, DeviceWish.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cpu:1")]
    [InlineData("auto:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("cuda:99999999999")]
    public void Parse_Else_Refused(string text) =>
        Assert.Equal(RefusalCode.DeviceUnknown, Assert.Throws<RefusedInputException>(() => DeviceWish.Parse(text)).Code);
}
