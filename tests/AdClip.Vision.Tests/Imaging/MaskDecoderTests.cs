using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class MaskDecoderTests
{
    private static bool[] Control => MaskDecoder.Decode(SharedFolder.Require("data/awkward/masks/ok_0_255.png"), 640, 480).Defect;

    [Fact]
    public void Decode_Control_528DefectPixels()
    {
        var mask = MaskDecoder.Decode(SharedFolder.Require("data/awkward/masks/ok_0_255.png"), 640, 480);

        Assert.Equal((528, 127), (mask.DefectPixels, mask.Threshold));
        Assert.False(mask.Empty || mask.MostlyDefect);
    }

    [Theory]
    [InlineData("values_0_1.png", 0)]
    [InlineData("rgb.png", 0)]
    [InlineData("antialiased.png", 120)]
    [InlineData("lossy.jpg", 60)]
    public void Decode_OtherWaysToSayTheSame_NearTheControl(string name, int differentPixels)
    {
        var mask = MaskDecoder.Decode(SharedFolder.Require($"data/awkward/masks/{name}"), 640, 480);

        Assert.InRange(mask.Defect.Zip(Control, (a, b) => a != b).Count(different => different), 0, differentPixels);
    }

    [Fact]
    public void Decode_WrongSize_RefusedNamingBothSizes()
    {
        var refusal = Assert.Throws<RefusedInputException>(
            () => MaskDecoder.Decode(SharedFolder.Require("data/awkward/masks/wrong_size.png"), 640, 480));

        Assert.Equal(RefusalCode.MaskSizeMismatch, refusal.Code);
        Assert.Equal<object>([320, 240, 640, 480], refusal.Arguments);
        Assert.Contains("320 x 240", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("640 x 480", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_EmptyAndInverted_Told()
    {
        Assert.True(MaskDecoder.Decode(SharedFolder.Require("data/awkward/masks/empty.png"), 640, 480).Empty);
        Assert.True(MaskDecoder.Decode(SharedFolder.Require("data/awkward/masks/inverted.png"), 640, 480).MostlyDefect);
    }
}
