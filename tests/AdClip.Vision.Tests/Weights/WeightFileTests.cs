using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Weights;

public sealed class WeightFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-weights").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_EveryElementType_ReadsItsValues()
    {
        var file = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/dtypes.safetensors"));

        Assert.Equal(file.Require("f16_as_f32").ReadFloats(), file.Require("f16").ReadFloats());
        Assert.Equal(file.Require("bf16_as_f32").ReadFloats(), file.Require("bf16").ReadFloats());
        Assert.Equal([3, 5], file.Require("f64").Shape);
        Assert.Empty(file.Require("scalar").Shape);
        Assert.Single(file.Require("scalar").ReadFloats());
        Assert.Empty(file.Require("empty").ReadFloats());
        Assert.Equal(6, file.Require("u8").ReadFloats().Length);
        Assert.All(file.Require("bool").ReadFloats(), value => Assert.True(value is 0 or 1));
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void Open_WrappedStateDict_TensorsWithoutWrapping()
    {
        var file = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/wrapped_state_dict.pt"));
        var expected = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/pickle_variants_expected.safetensors"));

        Assert.Equal(expected.Tensors.Keys.Order(), file.Tensors.Keys.Order());
        foreach (var (name, tensor) in expected.Tensors)
        {
            Assert.Equal(tensor.Shape, file.Require(name).Shape);
            Assert.Equal(tensor.ReadFloats(), file.Require(name).ReadFloats());
        }
        Assert.False(file.Require("view_of_shared_storage").IsContiguous);
    }

    [Theory]
    [InlineData("openai_jit.pt", "jit")]
    [InlineData("open_clip.safetensors", "open_clip")]
    [InlineData("hf", "hf")]
    public void Encode_OtherContainer_MatchesTheGoldenOutputs(string name, string prefix)
    {
        var golden = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/truncated_outputs.safetensors"));
        using var detector = DetectionModel.Open(SharedFolder.Require($"golden/tiny-clip/{name}"), new DetectorOptions(56, 2, [1, 2]));
        var weights = ClipWeights.From(WeightFile.Open(detector.Model.WeightFile));
        using var text = new TextEncoder(weights, new SessionSettings());
        var pixels = golden.Require("image").ReadFloats();
        int[] ids = [.. golden.Require("token_ids").ReadFloats().Select(id => (int)id)];

        for (var i = 0; i < 2; i++)
        {
            var tokens = detector.EncodeExactly(pixels.AsSpan(i * 3 * 56 * 56, 3 * 56 * 56));
            Close("class_feature", tokens.ClassToken, i);
            Close("patch_0", tokens.Layers[0].Values, i);
            Close("patch_1", tokens.Layers[1].Values, i);
        }
        for (var i = 0; i < 4; i++)
        {
            Close("text_features", text.Encode(ids.AsSpan(i * 77, 77)), i);
        }

        void Close(string tensor, float[] actual, int row)
            => Golden.AssertClose(golden.Require($"{prefix}.{tensor}").ReadFloats().AsSpan(row * actual.Length, actual.Length), actual, 5e-5, tensor);
    }

    [Fact]
    public void Open_ThroughALink_RunsFromTheRealFile()
    {
        var link = Path.Combine(_folder, "model.safetensors");
        File.CreateSymbolicLink(link, Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini/model.safetensors"));
        using var detector = DetectionModel.Open(link);

        Assert.Equal(14, detector.Encode(new float[3 * detector.Model.ImageSize * detector.Model.ImageSize]).Grid * 224 / detector.Model.ImageSize);
    }

    [Fact]
    public void Open_FileOfBeforeZips_TensorsInPlace()
    {
        var file = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/legacy_pickle.pt"));
        var expected = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/pickle_variants_expected.safetensors"));

        Assert.Equal(expected.Tensors.Keys.Order(), file.Tensors.Keys.Order());
        foreach (var (name, tensor) in expected.Tensors)
        {
            Assert.Equal(tensor.Shape, file.Require(name).Shape);
            Assert.Equal(tensor.ReadFloats(), file.Require(name).ReadFloats());
        }
        Assert.False(file.Require("view_of_shared_storage").IsContiguous);
    }

    [Theory]
    [InlineData(20, RefusalCode.PickleInvalid)] // within the pickles
    [InlineData(940, RefusalCode.WeightFileTruncated)] // within a storage's length
    [InlineData(2000, RefusalCode.WeightFileTruncated)]
    public void Open_TruncatedFileOfBeforeZips_Refused(int bytes, RefusalCode code)
        => Assert.Equal(code, Refusal(Write("cut.pt", File.ReadAllBytes(SharedFolder.Require("golden/tiny-clip/legacy_pickle.pt"))[..bytes])).Code);

    [Fact]
    public void Open_FileOfBigEndianMachine_Refused()
    {
        var bytes = File.ReadAllBytes(SharedFolder.Require("golden/tiny-clip/legacy_pickle.pt"));
        Assert.Equal(0x88, bytes[73]); // little_endian: True
        bytes[73] = 0x89;

        var refusal = Refusal(Write("big.pt", bytes));

        Assert.Equal(RefusalCode.WeightTypeUnsupported, refusal.Code);
        Assert.Contains("big-endian", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PickleOfSomethingElse_Refused()
        => Assert.Equal(RefusalCode.ForeignPickle, Refusal(Write("list.pkl", [0x80, 2, (byte)']', (byte)'.'])).Code);

    [Fact]
    public void Open_DictionaryInItselfTwice_RefusedAtOnce()
    {
        // d = {}; d["a"] = d; d["b"] = d: without a bound this has 2 to the power of its depth tensors.
        byte[] pickle = [0x80, 2, (byte)'}', (byte)'q', 0, 0x8c, 1, (byte)'a', (byte)'h', 0, (byte)'s', 0x8c, 1, (byte)'b', (byte)'h', 0, (byte)'s', (byte)'.'];

        Assert.Equal(RefusalCode.PickleInvalid, Refusal(Archive(pickle)).Code);
    }

    [Fact]
    public void Open_PickleOfEndlessSteps_Refused()
        => Assert.Equal(RefusalCode.PickleInvalid, Refusal(Archive([0x80, 2, .. Enumerable.Repeat((byte)'}', 2_000_000), (byte)'.'])).Code);

    [Fact]
    public void Open_PickleThatCallsCode_RefusedWithoutRunningIt()
    {
        var marker = Path.Combine(_folder, "ran");
        var pickle = Encoding.ASCII.GetBytes($"cos\nsystem\n(X\u0000\u0000\u0000\u0000tR.").ToList();
        var command = Encoding.ASCII.GetBytes($"touch {marker}");
        var at = pickle.IndexOf((byte)'X');
        pickle[at + 1] = (byte)command.Length;
        pickle.InsertRange(at + 5, command);

        var refusal = Refusal(Archive([0x80, 2, .. pickle]));

        Assert.Equal(RefusalCode.PickleCallsCode, refusal.Code);
        Assert.Contains("os.system", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(marker));
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 2 }, RefusalCode.PickleInvalid)] // ends
    [InlineData(new byte[] { 0x80, 2, (byte)'R', (byte)'.' }, RefusalCode.PickleInvalid)] // calls with an empty stack
    [InlineData(new byte[] { 0x80, 2, (byte)'h', 9, (byte)'.' }, RefusalCode.PickleInvalid)] // unknown memo
    [InlineData(new byte[] { 0x80, 2, (byte)'X', 255, 255, 255, 127, (byte)'.' }, RefusalCode.PickleInvalid)] // text beyond the end
    [InlineData(new byte[] { 0x80, 2, (byte)'i', (byte)'a', (byte)'\n', (byte)'b', (byte)'\n' }, RefusalCode.PickleUnsupported)] // makes an instance
    public void Open_DamagedPickle_Refused(byte[] pickle, RefusalCode code) => Assert.Equal(code, Refusal(Archive(pickle)).Code);

    [Fact]
    public void Open_CompressedArchive_Refused()
    {
        var path = Path.Combine(_folder, "zipped.pt");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var stream = zip.CreateEntry("a/data.pkl", CompressionLevel.Optimal).Open();
            stream.Write(new byte[1000]);
        }

        Assert.Equal(RefusalCode.WeightFileCompressed, Refusal(path).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(8_000_000)]
    [InlineData(12_307_268)]
    public void Open_TruncatedArchive_Refused(int bytes)
    {
        var path = Write("cut.pt", File.ReadAllBytes(Golden.TinyClip)[..bytes]);

        Assert.True(Refusal(path).Code is RefusalCode.WeightFileTruncated or RefusalCode.NotAWeightFile);
    }

    [Theory]
    [InlineData(4, RefusalCode.NotAWeightFile)]
    [InlineData(500, RefusalCode.WeightFileTruncated)]
    [InlineData(9_000_000, RefusalCode.WeightFileTruncated)]
    public void Open_TruncatedSafetensors_Refused(int bytes, RefusalCode code)
    {
        var whole = File.ReadAllBytes(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini/model.safetensors"));

        Assert.Equal(code, Refusal(Write("cut.safetensors", whole[..bytes])).Code);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""")] // overlap
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""")] // bytes for another shape
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}""")] // overflow
    [InlineData("""{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""")]
    [InlineData("""{"a":[]}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""")] // unclosed
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""")]
    public void Open_ContradictoryHeader_Refused(string header)
        => Assert.Equal(RefusalCode.WeightHeaderInvalid, Refusal(Safetensors(header, dataBytes: 16)).Code);

    [Fact]
    public void Open_TensorBeyondTheEnd_Refused()
        => Assert.Equal(
            RefusalCode.WeightFileTruncated, Refusal(Safetensors("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", dataBytes: 8)).Code);

    [Theory]
    [InlineData("golden/tiny-clip/wrapped_state_dict.pt", 900)]
    [InlineData("golden/tiny-clip/dtypes.safetensors", 900)]
    [InlineData("golden/prompt-learner/config-1/epoch_5.pth", 100)]
    public void Open_RandomlyDamagedFile_ReadOrRefusedNeverAFault(string file, int tries)
    {
        var whole = File.ReadAllBytes(SharedFolder.Require(file));
        var random = new Random(11);
        // Damage where the structure is: the first and the last kilobytes.
        int Place() => random.Next(2) == 0 ? random.Next(Math.Min(2500, whole.Length)) : whole.Length - 1 - random.Next(Math.Min(2500, whole.Length));
        for (var i = 0; i < tries; i++)
        {
            byte[] damaged = [.. whole];
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[Place()] = (byte)random.Next(256);
            }
            var path = Write("damaged.bin", damaged);
            try
            {
                foreach (var tensor in WeightFile.Open(path).Tensors.Values.Where(tensor => tensor.Type != ElementType.F8))
                {
                    Assert.Equal(tensor.Count, tensor.ReadFloats().Length);
                }
            }
            catch (RefusedInputException)
            {
            }
        }
    }

    [Fact]
    public void Open_EmptyOrMissingOrPointer_Refused()
    {
        Assert.Equal(RefusalCode.EmptyFile, Refusal(Write("empty.pt", [])).Code);
        Assert.Equal(RefusalCode.FileMissing, Refusal(Path.Combine(_folder, "none.pt")).Code);
        Assert.Equal(
            RefusalCode.WeightFilePointer,
            Refusal(Write("lfs.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray())).Code);
        Assert.Equal(RefusalCode.NotAWeightFile, Refusal(Write("text.safetensors", "This is no model, just a long enough text."u8.ToArray())).Code);
    }

    [Fact]
    public void Open_ModelsThatAreNotClip_Refused()
    {
        Assert.Equal(
            RefusalCode.TensorMissing,
            Assert.Throws<RefusedInputException>(() => DetectionModel.Open(SharedFolder.Require("golden/tiny-clip/dtypes.safetensors"))).Code);
        Assert.Equal(RefusalCode.ModelFolderUnclear, Assert.Throws<RefusedInputException>(() => DetectionModel.Open(_folder)).Code);
    }

    [Fact]
    public void Encode_WeightsThatAreNoNumbers_Refused()
    {
        var whole = File.ReadAllBytes(Golden.TinyClip);
        var tensor = WeightFile.Open(Golden.TinyClip).Require("visual.ln_post.weight");
        BitConverter.GetBytes(float.NaN).CopyTo(whole, tensor.Offset);
        using var detector = DetectionModel.Open(Write("nan.pt", whole), new DetectorOptions(56));

        Assert.Equal(RefusalCode.WeightsNotFinite, Assert.Throws<RefusedInputException>(() => detector.Encode(new float[3 * 56 * 56])).Code);
    }

    [Fact]
    public void Write_Tensors_ReadBackExactly()
    {
        var path = Path.Combine(_folder, "written.safetensors");
        SafetensorsWriter.Write(
            path, [("a", [2, 2], [1, -2, float.Epsilon, 4]), ("none", [0], []), ("scalar", [], [5])], new Dictionary<string, string> { ["who"] = "us" });

        var file = WeightFile.Open(path);

        Assert.Equal([1, -2, float.Epsilon, 4], file.Require("a").ReadFloats());
        Assert.Equal([2, 2], file.Require("a").Shape);
        Assert.Empty(file.Require("none").ReadFloats());
        Assert.Equal([5], file.Require("scalar").ReadFloats());
        Assert.Equal("us", file.Metadata["who"]);
        Assert.Equal(0, file.Require("a").Offset % 8);
        Assert.Single(Directory.GetFiles(_folder));
    }

    private static RefusedInputException Refusal(string path) => Assert.Throws<RefusedInputException>(() => WeightFile.Open(path));

    private string Archive(byte[] pickle)
    {
        var path = Path.Combine(_folder, "made.pt");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        using var stream = zip.CreateEntry("made/data.pkl", CompressionLevel.NoCompression).Open();
        stream.Write(pickle);
        return path;
    }

    private string Safetensors(string header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.ASCII.GetBytes(header).CopyTo(bytes, 8);
        return Write("made.safetensors", bytes);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
