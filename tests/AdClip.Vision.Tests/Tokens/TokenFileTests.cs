using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Tokens;

public sealed class TokenFileTests
{
    private const string Encoder = "v2-test";
    private const string Image = "0123abcd";

    [Fact]
    public void Read_WrittenTokens_EveryValueAsItWas()
    {
        var tokens = Tokens();

        var read = TokenFile.Read(TokenFile.Write(tokens, Image), Encoder, Image);

        Assert.Equal((Encoder, tokens.Grid, tokens.Width), (read.EncoderId, read.Grid, read.Width));
        Assert.Equal(tokens.ClassToken, read.ClassToken);
        Assert.Equal(tokens.Layers.Select(layer => layer.Layer), read.Layers.Select(layer => layer.Layer));
        Assert.Equal(tokens.Layers.Select(layer => layer.Values), read.Layers.Select(layer => layer.Values));
    }

    [Fact]
    public void Read_AnyBitFlipped_IsDamaged()
    {
        var file = TokenFile.Write(Tokens(), Image);
        for (var at = 0; at < file.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                file[at] ^= (byte)(1 << bit);
                Assert.Throws<InvalidDataException>(() => TokenFile.Read(file, Encoder, Image));
                file[at] ^= (byte)(1 << bit);
            }
        }
        TokenFile.Read(file, Encoder, Image);
    }

    [Fact]
    public void Read_CutOffOrLonger_IsDamaged()
    {
        var file = TokenFile.Write(Tokens(), Image);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => TokenFile.Read(file.AsSpan(0, length), Encoder, Image));
        }
        Assert.Throws<InvalidDataException>(() => TokenFile.Read([.. file, 0], Encoder, Image));
    }

    [Theory]
    [InlineData("v1-test", Image)]
    [InlineData(Encoder, "0123abce")]
    [InlineData(Encoder, "0123abcd-0.0.10.10")]
    public void Read_FileOfAnother_IsNotTaken(string encoder, string image) =>
        Assert.Throws<InvalidDataException>(() => TokenFile.Read(TokenFile.Write(Tokens(), Image), encoder, image));

    [Fact]
    public void RoundedToHalf_BetweenTwoNeighbours_GoesToTheNearestAndTiesToEven()
    {
        // Above 2048 float16 holds even numbers only.
        var tokens = new ImageTokens(Encoder, 1, 6, [2049f, 2051f, 2050.9f, -2049f, 65504f, 1e-9f], [new LayerTokens(1, new float[12])]);

        Assert.Equal([2048f, 2052f, 2050f, -2048f, 65504f, 0f], tokens.RoundedToHalf().ClassToken);
        Assert.Throws<ArgumentException>(() => TokenFile.Write(tokens, Image));
    }

    [Theory]
    [InlineData(65520f)]
    [InlineData(-70000f)]
    public void RoundedToHalf_BeyondHalf_IsRefused(float value)
    {
        var tokens = new ImageTokens(Encoder, 1, 1, [1f], [new LayerTokens(1, [1f, value])]);

        Assert.Equal(RefusalCode.TokensBeyondHalf, Assert.Throws<RefusedInputException>(tokens.RoundedToHalf).Code);
    }

    private static ImageTokens Tokens()
    {
        var random = new Random(7);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 20 - 10))];
        return new ImageTokens(Encoder, 2, 5, Values(5), [new LayerTokens(4, Values(25)), new LayerTokens(8, Values(25))]).RoundedToHalf();
    }
}
