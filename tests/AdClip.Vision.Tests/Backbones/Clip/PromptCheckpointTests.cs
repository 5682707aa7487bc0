using System.Buffers.Binary;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

public sealed class PromptCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-checkpoint").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("config-1")]
    [InlineData("config-2")]
    public void Write_WhatWasRead_TheFileThatAnomalyClipWrote(string config)
    {
        var theirs = SharedFolder.Require($"golden/prompt-learner/{config}/epoch_5.pth");
        var ours = Path.Combine(_folder, "epoch_5.pth");
        var checkpoint = PromptCheckpoint.Read(theirs);

        checkpoint.Write(ours);

        // Byte for byte, but for what nothing reads: the embeddings of "X", which the learned vectors replace.
        var (expected, actual) = (File.ReadAllBytes(theirs), File.ReadAllBytes(ours));
        Assert.Equal(expected.Length, actual.Length);
        foreach (var side in (string[])["pos", "neg"])
        {
            var start = (int)WeightFile.Open(theirs).Require($"prompt_learner.token_prefix_{side}").Offset;
            var sequence = expected.AsSpan(start, checkpoint.Normal.TokenIds.Count * checkpoint.Width * sizeof(float));
            var crc = CheckSum(expected, start + sequence.Length);
            Assert.Equal(2, Replace(actual, CheckSum(actual, start + sequence.Length), crc));
            sequence.CopyTo(actual.AsSpan(start));
        }
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"differs from byte {expected.AsSpan().CommonPrefixLength(actual)} on");
    }

    [Theory]
    [InlineData("config-1", "epoch_5.pth")]
    [InlineData("config-1", "prompt_learner.safetensors")]
    [InlineData("config-2", "epoch_5.pth")]
    [InlineData("config-2", "prompt_learner.safetensors")]
    public void Read_WhatWasWritten_BitwiseEqual(string config, string file)
    {
        var original = PromptCheckpoint.Read(SharedFolder.Require($"golden/prompt-learner/{config}/{file}"));
        var path = Path.Combine(_folder, "epoch_1.pth");

        original.Write(path);
        var again = PromptCheckpoint.Read(path);

        Assert.Equal(original.Width, again.Width);
        AssertEqual(original.Normal, again.Normal);
        AssertEqual(original.Abnormal, again.Abnormal);
        Assert.Equal(original.Deep.SelectMany(Bits), again.Deep.SelectMany(Bits));
        Assert.Equal(original.Deep.Count, again.Projections.Count);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_AsManyDeepPromptsAsThePaper_ReadBack()
    {
        // More than 256 remembered objects, and lengths of more than 16 bits.
        var random = new Random(3);
        float[] Vectors(int rows) => [.. Enumerable.Range(0, rows * 768).Select(_ => random.NextSingle())];
        int[] ids = [49406, .. Enumerable.Repeat(343, 12), 4115, 269, 49407, .. new int[61]];
        var side = new CheckpointSide(Vectors(12), Vectors(1), Vectors(64), ids);
        var original = new PromptCheckpoint(side, side with { Context = Vectors(12) }, [.. Enumerable.Range(0, 8).Select(_ => Vectors(4))], [], 768);
        var path = Path.Combine(_folder, "epoch_15.pth");

        original.Write(path);
        var again = PromptCheckpoint.Read(path);

        AssertEqual(original.Abnormal, again.Abnormal);
        Assert.Equal(original.Deep.SelectMany(Bits), again.Deep.SelectMany(Bits));
        Assert.Equal(8, again.Projections.Count);
        Assert.All(again.Projections, projection => Assert.Equal((896 * 768, 896), (projection.Weight.Length, projection.Bias.Length)));
    }

    [Fact]
    public void Read_OtherFiles_Refused()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => PromptCheckpoint.Read(SharedFolder.Require("golden/tiny-clip/hf/model.safetensors")));

        Assert.Equal(RefusalCode.CheckpointInvalid, refusal.Code);
        Assert.Contains("ctx_pos", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IdsForAnotherLength_Refused()
    {
        var original = PromptCheckpoint.Read(SharedFolder.Require("golden/prompt-learner/config-1/epoch_5.pth"));
        var path = Path.Combine(_folder, "epoch_1.pth");
        (original with { Abnormal = original.Abnormal with { TokenIds = [1, 2, 3] } }).Write(path);

        Assert.Equal(RefusalCode.CheckpointInvalid, Assert.Throws<RefusedInputException>(() => PromptCheckpoint.Read(path)).Code);
    }

    private static void AssertEqual(CheckpointSide expected, CheckpointSide actual)
    {
        Assert.Equal(Bits(expected.Context), Bits(actual.Context));
        Assert.Equal(Bits(expected.Prefix), Bits(actual.Prefix));
        Assert.Equal(Bits(expected.Suffix), Bits(actual.Suffix));
        Assert.Equal(expected.TokenIds, actual.TokenIds);
    }

    private static IEnumerable<int> Bits(float[] values) => values.Select(BitConverter.SingleToInt32Bits);

    // Behind the data: a signature, the check sum, the length twice.
    private static uint CheckSum(byte[] file, int dataEnd)
    {
        Assert.Equal(0x08074b50u, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(dataEnd)));
        return BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(dataEnd + 4));
    }

    private static int Replace(byte[] file, uint value, uint with)
    {
        Span<byte> wanted = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, value);
        var count = 0;
        for (var at = file.AsSpan().IndexOf(wanted); at >= 0; at = file.AsSpan().IndexOf(wanted))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), with);
            count++;
        }
        return count;
    }
}
