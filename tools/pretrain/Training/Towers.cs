using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Pretrain.Training;

/// <summary>What the visual tower gives; B items, T tokens of which the first is the class token's.</summary>
/// <param name="Features">Patch features of the feature blocks, not normalised: [B·T, E].</param>
/// <param name="Blocks">The ordinary stream after each block: [B·T, width].</param>
/// <param name="Class">The class feature as AnomalyCLIP takes it, not normalised: [B, E].</param>
/// <param name="Image">CLIP's image feature, not normalised: [B, E].</param>
internal sealed record VisualValues(IReadOnlyDictionary<int, string> Features, IReadOnlyList<string> Blocks, string Class, string Image);

/// <summary>The two towers over parameters that are inputs of the graph, so that they can be learned.</summary>
/// <remarks>Written apart from the engine's graphs, which it therefore can check.</remarks>
internal sealed class Towers
{
    /// <summary>Words as they come out of the embedding: [Q·L, width], filled by the caller, who also takes its gradient back to the table.</summary>
    public const string Words = "words";

    /// <summary>[Q, Q·L]: 1 where each text ends.</summary>
    public const string Ends = "ends";

    /// <summary>[B·T, 3·p·p].</summary>
    public const string Patches = "patches";

    private const float NormEpsilon = 1e-5f;
    private readonly GraphBuilder _graph;
    private readonly GradientTape _tape;
    private readonly ModelShape _model;
    private readonly BatchShape _batch;

    public Towers(GraphBuilder graph, GradientTape tape, ModelShape model, BatchShape batch, Parameters parameters)
    {
        (_graph, _tape, _model, _batch) = (graph, tape, model, batch);
        foreach (var parameter in parameters.All.Where(parameter => parameter.Name != Parameters.TokenEmbedding))
        {
            _tape.Variable(parameter.Name, ShapeInGraph(model, parameter));
        }
    }

    /// <summary>What both towers take: the parameters, the texts' words looked up in the embedding, where texts end, and patches.</summary>
    /// <param name="model">Sizes of the model.</param>
    /// <param name="batch">Sizes of the batch.</param>
    /// <param name="parameters">Of the model.</param>
    /// <param name="words">Token ids [Q, L].</param>
    /// <param name="ends">Place of each text's end [Q].</param>
    /// <param name="patches">[B, T, 3·p·p].</param>
    public static List<GraphTensor> Inputs(ModelShape model, BatchShape batch, Parameters parameters, int[] words, int[] ends, float[] patches) =>
        [.. Weights(model, parameters), .. TextInputs(model, batch, parameters, words, ends), PatchInput(model, batch, patches)];

    /// <summary>The parameters that a graph takes; the embedding is looked up outside.</summary>
    public static IEnumerable<GraphTensor> Weights(ModelShape model, Parameters parameters) =>
        parameters.All.Where(parameter => parameter.Name != Parameters.TokenEmbedding)
            .Select(parameter => new GraphTensor(parameter.Name, parameter.Values, ShapeInGraph(model, parameter)));

    /// <summary>What the text tower takes beside the parameters; see <see cref="Inputs"/>.</summary>
    public static GraphTensor[] TextInputs(ModelShape model, BatchShape batch, Parameters parameters, int[] words, int[] ends)
    {
        var (table, width, row) = (parameters[Parameters.TokenEmbedding].Values, model.TextWidth, batch.Texts * batch.Length);
        var embedded = new float[words.Length * width];
        for (var i = 0; i < words.Length; i++)
        {
            table.AsSpan(words[i] * width, width).CopyTo(embedded.AsSpan(i * width));
        }
        var picks = new float[batch.Texts * row];
        for (var text = 0; text < batch.Texts; text++)
        {
            picks[(text * row) + (text * batch.Length) + ends[text]] = 1;
        }
        return [new(Words, embedded, words.Length, width), new(Ends, picks, batch.Texts, row)];
    }

    /// <summary>What the visual tower takes beside the parameters; see <see cref="Inputs"/>.</summary>
    public static GraphTensor PatchInput(ModelShape model, BatchShape batch, float[] patches)
        => new(Patches, patches, (long)batch.Items * batch.Tokens, model.PatchValues);

    /// <summary>Token sequences one after the other, with the place of each one's end; the last one again where a batch holds more texts.</summary>
    /// <returns>Words [Q, L], ends [Q].</returns>
    public static (int[] Words, int[] Ends) Lay(IReadOnlyList<int[]> sequences, BatchShape batch)
    {
        var (words, ends) = (new int[batch.Texts * batch.Length], new int[batch.Texts]);
        for (var text = 0; text < batch.Texts; text++)
        {
            var sequence = sequences[Math.Min(text, sequences.Count - 1)];
            sequence.CopyTo(words, text * batch.Length);
            ends[text] = sequence.Length - 1;
        }
        return (words, ends);
    }

    /// <summary>As stored, but for the first filters, which are a matrix here.</summary>
    private static long[] ShapeInGraph(ModelShape model, Parameter parameter) =>
        parameter.Name == "visual.conv1.weight" ? [model.Width, model.PatchValues] : parameter.Shape;

    /// <summary>Text features, not normalised: [Q, E].</summary>
    public string Texts()
    {
        var (texts, length, width) = (_batch.Texts, _batch.Length, _model.TextWidth);
        var words = _tape.Variable(Words, texts * length, width);
        var positions = _tape.Rows("positional_embedding", 0, length, _model.Context);
        var stream = _tape.Reshape(
            _tape.AddEach(_tape.Reshape(words, [texts * length, width], [texts, length, width]), positions), [texts, length, width], [texts * length, width]);
        var causal = new float[length * length];
        for (var row = 0; row < length; row++)
        {
            causal.AsSpan((row * length) + row + 1, length - row - 1).Fill(float.NegativeInfinity);
        }
        var mask = _graph.Constant("causal", causal, length, length);
        for (var block = 0; block < _model.TextBlocks; block++)
        {
            var name = $"transformer.resblocks.{block}.";
            var (q, k, v) = Projections(name, Norm(name + "ln_1", stream), texts, length, width, _model.TextHeads);
            stream = _tape.Add(stream, Linear(name + "attn.out_proj", Attend(q, k, v, mask, texts, length, width, _model.TextHeads)));
            stream = Perceptron(name, stream);
        }
        var ends = _tape.MatMul(_graph.Input(Ends, texts, texts * length), stream);
        return _tape.Project(Norm("ln_final", ends), "text_projection");
    }

    public VisualValues Visual()
    {
        var (items, tokens, width) = (_batch.Items, _batch.Tokens, _model.Width);
        var embedded = _tape.MatMul(_graph.Input(Patches, items * tokens, _model.PatchValues), "visual.conv1.weight", transposeB: true);
        var stream = _tape.AddEach(_tape.Reshape(embedded, [items * tokens, width], [items, tokens, width]), Positions());
        stream = Norm("visual.ln_pre", _tape.Reshape(stream, [items, tokens, width], [items * tokens, width]));
        string? second = null;
        Dictionary<int, string> features = [];
        List<string> blocks = [];
        for (var block = 1; block <= _model.Blocks; block++)
        {
            var name = $"visual.transformer.resblocks.{block - 1}.";
            var (q, k, v) = Projections(name, Norm(name + "ln_1", stream), items, tokens, width, _model.Heads);
            if (block > _model.Blocks - _model.DualBlocks)
            {
                second = _tape.Add(second ?? stream, Linear(name + "attn.out_proj", Attend(v, v, v, null, items, tokens, width, _model.Heads)));
            }
            stream = _tape.Add(stream, Linear(name + "attn.out_proj", Attend(q, k, v, null, items, tokens, width, _model.Heads)));
            stream = Perceptron(name, stream);
            blocks.Add(stream);
            if (_model.FeatureBlocks.Contains(block))
            {
                features.Add(block, _tape.Project(Norm("visual.ln_post", second ?? stream), "visual.proj"));
            }
        }
        var first = new float[items * items * tokens];
        for (var item = 0; item < items; item++)
        {
            first[(item * items * tokens) + (item * tokens)] = 1;
        }
        var classToken = _tape.MatMul(_graph.Constant("class.rows", first, items, items * tokens), stream);
        return new VisualValues(features, blocks, _tape.Project(classToken, "visual.proj"), _tape.Project(Norm("visual.ln_post", classToken), "visual.proj"));
    }

    // The class embedding with its position, then the positions of the grid, resized as the engine resizes them.
    private string Positions()
    {
        var (grid, width) = (_model.Grid, _model.Width);
        var known = (grid * grid) + 1L;
        var first = _tape.Add(_tape.Reshape("visual.class_embedding", [width], [1, width]), _tape.Rows("visual.positional_embedding", 0, 1, known));
        var rest = _tape.Rows("visual.positional_embedding", 1, known, known);
        if (_batch.Grid != grid)
        {
            rest = _tape.MatMul(_graph.Constant("positions.resize", ResizeMatrix(grid, _batch.Grid), _batch.Patches, grid * grid), rest);
        }
        return _tape.Stack((first, 1), (rest, _batch.Patches));
    }

    // Resizing is linear: its matrix is what it makes of each unit table. PositionTable keeps the class token's row.
    private static float[] ResizeMatrix(int from, int to)
    {
        var matrix = new float[to * to * from * from];
        for (var position = 0; position < from * from; position++)
        {
            var table = new float[(from * from) + 1];
            table[position + 1] = 1;
            var resized = PositionTable.Resize(table, from, to, 1);
            for (var row = 0; row < to * to; row++)
            {
                matrix[(row * from * from) + position] = resized[row + 1];
            }
        }
        return matrix;
    }

    private (string Q, string K, string V) Projections(string block, string normed, long items, long tokens, long width, long heads)
    {
        var parts = _tape.SplitColumns(_tape.Linear(normed, block + "attn.in_proj_weight", block + "attn.in_proj_bias"), 3);
        string[] perHead =
            [.. parts.Select(part => _tape.Permute(_tape.Reshape(part, [items * tokens, width], [items, tokens, heads, width / heads]), 0, 2, 1, 3))];
        return (perHead[0], perHead[1], perHead[2]);
    }

    private string Attend(string q, string k, string v, string? mask, long items, long tokens, long width, long heads)
    {
        var scores = _tape.MatMul(q, k, transposeB: true, scale: 1 / MathF.Sqrt(width / heads));
        var attended = _tape.MatMul(_tape.Softmax(mask is null ? scores : _tape.Add(scores, mask)), v);
        return _tape.Reshape(_tape.Permute(attended, 0, 2, 1, 3), [items, tokens, heads, width / heads], [items * tokens, width]);
    }

    private string Perceptron(string block, string stream) =>
        _tape.Add(stream, Linear(block + "mlp.c_proj", _tape.QuickGelu(Linear(block + "mlp.c_fc", Norm(block + "ln_2", stream)))));

    private string Linear(string name, string x) => _tape.Linear(x, name + ".weight", name + ".bias");

    private string Norm(string name, string x) => _tape.LayerNorm(x, name + ".weight", name + ".bias", NormEpsilon);
}
