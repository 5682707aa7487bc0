using AdClip.Pretrain.Generation;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Training;

/// <summary>All parameters of a model in training, by name and in a fixed order.</summary>
public sealed class Parameters
{
    /// <summary>The slope with which a distance becomes a logit, as its logarithm: [1] for each feature block.</summary>
    public static string HeadScale(int block) => $"head.{block}.scale";

    /// <summary>What is taken off it for a patch.</summary>
    public static string HeadPatchOffset(int block) => $"head.{block}.patch";

    /// <summary>What is taken off it for an image.</summary>
    public static string HeadImageOffset(int block) => $"head.{block}.image";

    /// <summary>The slope and what is taken off, with which the largest logits of a map become the image's: [1] for each feature block.</summary>
    public static string HeadMapScale(int block) => $"head.{block}.map.scale";

    /// <summary>See <see cref="HeadMapScale"/>.</summary>
    public static string HeadMapOffset(int block) => $"head.{block}.map.offset";

    /// <summary>Reads from a patch feature which of its cells are defective: [16, E], with a bias [16].</summary>
    public static string HeadCells(int block) => $"head.{block}.cells";

    public const string TokenEmbedding = "token_embedding.weight";

    private readonly Dictionary<string, Parameter> _byName;

    private Parameters(IReadOnlyList<Parameter> all)
    {
        All = all;
        _byName = all.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<Parameter> All { get; }

    public Parameter this[string name] => _byName[name];

    /// <summary>OpenAI CLIP's initial values (Radford et al., 2021), and cosine patterns as first filters.</summary>
    public static Parameters Initial(ModelShape shape, ulong seed)
    {
        var rng = new Rng(seed);
        List<Parameter> all = [];
        void Add(string name, long[] dims, Func<int, float> value)
        {
            var values = new float[dims.Aggregate(1L, (product, length) => product * length)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(i);
            }
            all.Add(new Parameter(name, dims, values, Decays: dims.Length > 1));
        }
        Func<int, float> Normal(double deviation) => _ => (float)(deviation * rng.Normal());
        void Norm(string name, int width)
        {
            Add(name + ".weight", [width], _ => 1);
            Add(name + ".bias", [width], _ => 0);
        }
        void Blocks(string prefix, int width, int blocks)
        {
            for (var i = 0; i < blocks; i++)
            {
                var block = $"{prefix}transformer.resblocks.{i}.";
                var small = Math.Pow(width, -0.5) * Math.Pow(2 * blocks, -0.5);
                Add(block + "attn.in_proj_weight", [3 * width, width], Normal(Math.Pow(width, -0.5)));
                Add(block + "attn.in_proj_bias", [3 * width], _ => 0);
                Add(block + "attn.out_proj.weight", [width, width], Normal(small));
                Add(block + "attn.out_proj.bias", [width], _ => 0);
                Norm(block + "ln_1", width);
                Add(block + "mlp.c_fc.weight", [4 * width, width], Normal(Math.Pow(2 * width, -0.5)));
                Add(block + "mlp.c_fc.bias", [4 * width], _ => 0);
                Add(block + "mlp.c_proj.weight", [width, 4 * width], Normal(small));
                Add(block + "mlp.c_proj.bias", [width], _ => 0);
                Norm(block + "ln_2", width);
            }
        }
        var scale = Math.Pow(shape.Width, -0.5);
        var filters = CosineFilters.Make(shape.Width, shape.Patch);
        Add("visual.class_embedding", [shape.Width], Normal(scale));
        Add("visual.positional_embedding", [(shape.Grid * shape.Grid) + 1, shape.Width], Normal(0.3 * scale));
        Add("visual.proj", [shape.Width, shape.Embed], Normal(scale));
        Add("visual.conv1.weight", [shape.Width, 3, shape.Patch, shape.Patch], i => filters[i]);
        Norm("visual.ln_pre", shape.Width);
        Blocks("visual.", shape.Width, shape.Blocks);
        Norm("visual.ln_post", shape.Width);
        Add(TokenEmbedding, [shape.Vocabulary, shape.TextWidth], Normal(0.02));
        Add("positional_embedding", [shape.Context, shape.TextWidth], Normal(0.01));
        Blocks("", shape.TextWidth, shape.TextBlocks);
        Norm("ln_final", shape.TextWidth);
        Add("text_projection", [shape.TextWidth, shape.Embed], Normal(Math.Pow(shape.TextWidth, -0.5)));
        foreach (var block in shape.FeatureBlocks)
        {
            Add(HeadScale(block), [1], _ => MathF.Log(8));
            Add(HeadPatchOffset(block), [1], _ => 3);
            Add(HeadImageOffset(block), [1], _ => 4);
            Add(HeadMapScale(block), [1], _ => 0);
            Add(HeadMapOffset(block), [1], _ => 1);
            Add(HeadCells(block) + ".weight", [BatchShape.Cells, shape.Embed], Normal(1));
            Add(HeadCells(block) + ".bias", [BatchShape.Cells], _ => -3);
        }
        return new Parameters(all);
    }

    /// <summary>The same names and shapes with other values.</summary>
    public Parameters Copy() => new([.. All.Select(parameter => parameter with { Values = [.. parameter.Values] })]);

    /// <summary>Puts in the values of a safetensors file of a checkpoint.</summary>
    public void Load(WeightFile file, string prefix)
    {
        foreach (var parameter in All)
        {
            file.Require(prefix + parameter.Name).ReadFloats().CopyTo(parameter.Values, 0);
        }
    }
}
