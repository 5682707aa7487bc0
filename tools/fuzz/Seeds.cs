using System.Text;
using System.Text.Json;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;
using AdClip.Vision.Weights;

namespace AdClip.Fuzz;

/// <summary>Small files that the readers accept, and files made to harm them.</summary>
internal static class Seeds
{
    public const int VocabularySize = 714;

    private static readonly List<(string Name, long[] Shape, float[] Values)> Some =
        [("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b.c", [4], [1, 2, 3, 4]), ("d", [], [1])];

    public static IReadOnlyList<byte[]> Safetensors { get; } =
    [
        InFile(path => SafetensorsWriter.Write(path, Some, new Dictionary<string, string> { ["format"] = "pt" })),
        Header(
            """{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"y":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]}"""
                + ""","z":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"w":{"dtype":"BOOL","shape":[0],"data_offsets":[16,16]}}""",
            16),
        Header("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 16),
        Header("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + string.Join(',', Enumerable.Repeat("1", 30_000)) + "],\"data_offsets\":[0,4]}}", 4),
        Header(
            "{"
                + string.Join(
                    ',',
                    Enumerable.Range(0, 1000).Select(i => $"\"{i}\":{{\"dtype\":\"F64\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]}}"))
                + "}",
            0),
        InFile(WriteModel),
    ];

    public static IReadOnlyList<byte[]> TorchZip { get; } =
    [
        TorchFiles.Zip(Some),
        TorchFiles.Zip(
            [
                0x80, 2, .. "c__torch__.model\nModel\n)"u8,
                0x81, .. "}(X\u0001\u0000\u0000\u0000kK\u0001X\u0001\u0000\u0000\u0000mc__torch__.model\nPart\n)"u8,
                0x81, .. "}bub."u8,
            ],
            new Dictionary<string, byte[]>()),
        TorchFiles.Zip(InItself, new Dictionary<string, byte[]>()),
        TorchFiles.Zip(Doubling, new Dictionary<string, byte[]>()),
        TorchFiles.Zip([0x80, 2, .. Enumerable.Repeat((byte)'}', 40_000), (byte)'.'], new Dictionary<string, byte[]>()),
        TorchFiles.Zip([0x80, 2, .. "cos\nsystem\n(X\u0004\u0000\u0000\u0000exittR."u8], new Dictionary<string, byte[]>()),
    ];

    public static IReadOnlyList<byte[]> LegacyPickle { get; } =
    [
        TorchFiles.Legacy(Some),
        [.. TorchFiles.LegacyParts(Some).Take(3).SelectMany(part => part), .. InItself, .. TorchFiles.LegacyParts([])[4]],
        [.. TorchFiles.LegacyParts(Some).Take(3).SelectMany(part => part), .. Doubling, .. TorchFiles.LegacyParts([])[4]],
    ];

    public static IReadOnlyList<byte[]> Checkpoint { get; } = [MakeCheckpoint(deep: 2), MakeCheckpoint(deep: 0), SafetensorsCheckpoint()];

    public static IReadOnlyList<byte[]> Vocab { get; } = [JsonSerializer.SerializeToUtf8Bytes(Vocabulary()), "{}"u8.ToArray()];

    public static IReadOnlyList<byte[]> Merges { get; } = [Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Join('\n', MergeLines(200)))];

    public static IReadOnlyList<byte[]> TokenizerJson { get; } =
    [
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            added_tokens = new[] { new { id = 713, content = "<|endoftext|>" } },
            model = new { type = "BPE", end_of_word_suffix = "</w>", vocab = Vocabulary(), merges = MergeLines(200) },
        }),
        JsonSerializer.SerializeToUtf8Bytes(
            new { model = new { type = "BPE", vocab = Vocabulary(), merges = MergeLines(200).Select(line => line.Split(' ')) } }),
    ];

    public static IReadOnlyList<byte[]> Archive { get; } =
    [
        Containers.Pack(Encoding.UTF8.GetBytes("\"bpe#version: 0.2\n" + string.Join('\n', MergeLines(200)))),
        Containers.Pack(new byte[16 << 20]), // a bomb
    ];

    public static IReadOnlyList<byte[]> HuggingFaceConfig { get; } =
    [
        ("""
        {"model_type":"clip","projection_dim":8,
         "text_config":{"hidden_act":"gelu","hidden_size":64,"layer_norm_eps":1e-05,"max_position_embeddings":5,
        """u8 + """
        "num_attention_heads":1,"num_hidden_layers":1,"vocab_size":7},
         "vision_config":{"hidden_act":"quick_gelu","hidden_size":64,"image_size":8,"layer_norm_eps":1e-05,
        """u8 + """
        "num_attention_heads":2,"num_hidden_layers":1,"patch_size":4}}
        """u8).ToArray(),
        ("""
        {"name":"own","format_version":1,"licence":"none","activation":"quick_gelu","layer_norm_eps":1e-05,"image_size":8,
        """u8 + """
        "vision":{"heads":1},"text":{"heads":1},"dpam_depth":1,
         "feature_layers":{"zero_shot":[1],"few_shot":[1]},"temperature":0.07,
         "prompts":{"ensemble":{"normal_states":["{}"],"abnormal_states":["damaged {}"],"templates":["{}."]}},
         "zero_shot":{"image_score":{"pooling":"top1%","map_weight":0.75,"class_weight":0.25}},
         "few_shot":{"bank_limit":100,"calibration":{"layer_1":{"scale":13.5,"offset":3.8}},"image_score":{"pooling":"top1%"}},
         "fusion":{"map":{"zero_shot":0.1,"few_shot":0.9},"image_score":{"zero_shot":0.0,"few_shot":1.0}},
        """u8 + """
        "map_postprocess":{"upsample":"bilinear","gaussian_sigma_px_at_224":4}}
        """u8).ToArray(),
        """{"vision_config":{},"text_config":{},"\ud800":"\udfff"}"""u8.ToArray(), // half a pair, found only when it is asked for
    ];

    public static IReadOnlyList<byte[]> OpenClipConfig { get; } =
    [
        ("""
        {"model_cfg":{"embed_dim":8,"quick_gelu":true,"vision_cfg":{"image_size":8,"layers":1,"width":64,"head_width":32,
        """u8 + """
        "patch_size":4,"timm_model_name":null,"norm_kwargs":{"eps":1e-6}},
         "text_cfg":{"context_length":5,"vocab_size":7,"width":64,"heads":2,"layers":1,"pool_type":"argmax"}},"preprocess_cfg":{"mean":[0.5,0.5,0.5]}}
        """u8).ToArray(),
    ];

    public static IReadOnlyList<byte[]> Tokens { get; } =
        [TokenFile.Write(new ImageTokens("encoder", 2, 3, [1, 2, 3], [new LayerTokens(1, new float[15]), new LayerTokens(4, new float[15])]), "image")];

    public static IReadOnlyList<byte[]> Npy { get; } = [InFile(path => NpyWriter.Write(path, [1, 2, 3, 4, 5, 6], 2, 3))];

    public static IReadOnlyList<byte[]> Png { get; } =
        [PngWriter.Encode(new byte[12 * 9], 12, 9, PngPixels.Grey), PngWriter.Encode(new byte[12 * 9 * 4], 12, 9, PngPixels.Rgba)];

    /// <summary>Merges of two bytes each.</summary>
    public static IReadOnlyList<string> MergeLines(int count) =>
        [.. Enumerable.Range(0, count).Select(i => $"{(char)('a' + (i % 26))} {(char)('a' + (i / 26))}{(i % 2 == 0 ? "" : "</w>")}")];

    /// <summary>A whole CLIP model, the smallest that there can be.</summary>
    public static void WriteModel(string path)
    {
        List<(string Name, long[] Shape, float[] Values)> tensors = [];
        void Add(string name, params long[] shape) => tensors.Add((name, shape, new float[shape.Aggregate(1L, (product, length) => product * length)]));
        Add("visual.conv1.weight", 64, 3, 4, 4);
        Add("visual.class_embedding", 64);
        Add("visual.positional_embedding", 5, 64);
        Add("visual.proj", 64, 8);
        Add("positional_embedding", 5, 64);
        Add("token_embedding.weight", 7, 64);
        Add("text_projection", 64, 8);
        foreach (var norm in (string[])["visual.ln_pre", "visual.ln_post", "ln_final"])
        {
            Add(norm + ".weight", 64);
            Add(norm + ".bias", 64);
        }
        foreach (var block in (string[])["visual.transformer.resblocks.0.", "transformer.resblocks.0."])
        {
            Add(block + "attn.in_proj_weight", 192, 64);
            Add(block + "attn.in_proj_bias", 192);
            foreach (var (part, rows, columns) in ((string, long, long)[])[("attn.out_proj", 64, 64), ("mlp.c_fc", 64, 64), ("mlp.c_proj", 64, 64)])
            {
                Add($"{block}{part}.weight", rows, columns);
                Add($"{block}{part}.bias", rows);
            }
            foreach (var norm in (string[])["ln_1", "ln_2"])
            {
                Add($"{block}{norm}.weight", 64);
                Add($"{block}{norm}.bias", 64);
            }
        }
        SafetensorsWriter.Write(path, tensors);
    }

    // d = {}; d["a"] = d; d["b"] = d
    private static byte[] InItself => [0x80, 2, .. "}q\u0000"u8, .. TorchFiles.Text("a"), .. "h\u0000s"u8, .. TorchFiles.Text("b"), .. "h\u0000s."u8];

    // Each dictionary holds the one before twice.
    private static byte[] Doubling =>
    [
        0x80, 2, .. "}q\u0000"u8,
        .. Enumerable.Range(0, 60).SelectMany(
            i => (byte[])[.. "}("u8, .. TorchFiles.Text("a"), (byte)'h', (byte)i, .. TorchFiles.Text("b"), (byte)'h', (byte)i, .. "uq"u8, (byte)(i + 1)]),
        (byte)'.',
    ];

    private static Dictionary<string, int> Vocabulary()
    {
        var merges = MergeLines(VocabularySize - 514).Select(line => line.Replace(" ", "", StringComparison.Ordinal));
        string[] symbols =
        [
            .. BytePairVocabulary.ByteSymbols, .. BytePairVocabulary.ByteSymbols.Select(symbol => symbol + "</w>"),
            .. merges, BytePairVocabulary.StartSymbol, BytePairVocabulary.EndSymbol,
        ];
        return symbols.Select((symbol, id) => (symbol, id)).ToDictionary(entry => entry.symbol, entry => entry.id);
    }

    private static byte[] MakeCheckpoint(int deep)
    {
        int[] ids = [1, 2, 2, 3, 4, 9, 0, 0];
        var side = new CheckpointSide(new float[2 * 4], new float[4], new float[5 * 4], ids);
        var projection = new CheckpointProjection(new float[3 * 4], new float[3]);
        return InFile(new PromptCheckpoint(
            side, side, [.. Enumerable.Range(0, deep).Select(_ => new float[2 * 4])], [.. Enumerable.Range(0, deep).Select(_ => projection)], 4).Write);
    }

    private static byte[] SafetensorsCheckpoint()
        => InFile(path => SafetensorsWriter.Write(path, [.. ((string[])["pos", "neg"]).SelectMany(side => ((string, long[], float[])[])
        [
            ($"ctx_{side}", [1, 1, 2, 4], new float[8]), ($"token_prefix_{side}", [1, 1, 1, 4], new float[4]),
            ($"token_suffix_{side}", [1, 1, 5, 4], new float[20]), ($"tokenized_prompts_{side}", [1, 1, 8], [1, 2, 2, 3, 4, 9, 0, 0]),
        ])]));

    private static byte[] Header(string json, int dataBytes)
        => [.. BitConverter.GetBytes((long)json.Length), .. Encoding.ASCII.GetBytes(json), .. new byte[dataBytes]];

    private static byte[] InFile(Action<string> write)
    {
        var path = Path.Combine(Path.GetTempPath(), $"adclip-seed-{Guid.NewGuid():N}");
        write(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }
}
