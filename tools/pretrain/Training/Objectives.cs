using AdClip.Vision.Graphs;

namespace AdClip.Pretrain.Training;

/// <summary>What the model is trained for, as the product uses it: each objective with its derivative by the features.</summary>
/// <remarks>
/// map: patch features against a normal and an abnormal text, cross-entropy and dice, and for the image by its largest percent (zero-shot maps and scores).
/// near: one minus the best cosine to good images of the same product as a logit, cross-entropy and dice, and for the image (memory bank).
/// cells: which sixteenths of a patch are defective, read off its features by a matrix that is thrown away: makes features tell what is smaller than a patch.
/// type: defective patches against the names of defect types. class, image: the two image features against the same texts.
/// caption: image features and captions pick each other (CLIP), the same caption being right wherever it stands.
/// </remarks>
internal sealed class Objectives(GraphBuilder graph, GradientTape tape, ModelShape model, BatchShape batch, ObjectiveWeights weights)
{
    /// <summary>As AnomalyCLIP's and the product's.</summary>
    private const float Temperature = 0.07f;

    private const float DefectWeight = 4;
    private const float DiceShare = 0.5f;
    private const float LargestShare = 0.01f;
    private readonly string _defective = graph.Input("defective", batch.Items, batch.Tokens);
    private readonly string _counts = graph.Input("counts", batch.Items, batch.Tokens);
    private readonly string _cells = graph.Input("defective.cells", batch.Items * batch.Tokens, BatchShape.Cells);
    private readonly string _anomalous = graph.Input("anomalous", batch.Items);
    private readonly string _hasReference = graph.Input("has.reference", batch.Items);
    private readonly string _types = graph.Input("types", batch.Items * batch.Tokens, batch.Types);
    private readonly string _mix = graph.Input("mix", batch.Groups, BatchShape.TextsOfAKind);
    private readonly string _sameCaption = graph.Input("same.caption", batch.Items, batch.Items);
    private readonly string _forbidden = graph.Expand(
        graph.Input("forbidden", batch.Groups, batch.Images, 1, batch.Images, batch.Tokens),
        batch.Groups, batch.Images, batch.Tokens, batch.Images, batch.Tokens);
    private readonly List<(string, string)> _seeds = [];
    private readonly List<(string, string)> _losses = [];

    /// <summary>Values with their derivatives of the whole sum.</summary>
    public IReadOnlyList<(string Output, string Upstream)> Seeds => _seeds;

    /// <summary>The value of each objective, not weighted.</summary>
    public IReadOnlyList<(string Name, string Value)> Losses => _losses;

    /// <summary>From normal to abnormal for each item: [B, E].</summary>
    public string Axis(string texts)
    {
        var (groups, embed, kinds) = (batch.Groups, model.Embed, BatchShape.TextsOfAKind);
        string Side(long start)
        {
            var rows = tape.Reshape(tape.Rows(texts, start, start + (groups * kinds), batch.Texts), [groups * kinds, embed], [groups, kinds, embed]);
            return tape.Normalise(tape.Reshape(tape.MatMul(graph.Reshape(_mix, groups, 1, kinds), rows), [groups, 1, embed], [groups, embed]));
        }
        var axes = tape.AddScaled(Side(groups * kinds), Side(0), -1);
        var repeat = new float[batch.Items * groups];
        for (var item = 0; item < batch.Items; item++)
        {
            repeat[(item * groups) + (item / batch.Images)] = 1;
        }
        return tape.MatMul(graph.Constant("item.group", repeat, batch.Items, groups), axes);
    }

    public void Map(string features, string axis, string imageScale, string imageOffset)
    {
        var (items, tokens, embed) = (batch.Items, batch.Tokens, model.Embed);
        var products = tape.MatMul(features, tape.Reshape(axis, [items, embed], [items, embed, 1]), scale: 1 / Temperature);
        var logits = tape.Reshape(products, [items, tokens, 1], [items, tokens]);
        PatchLoss("map", logits, weights.Map / model.FeatureBlocks.Count, null);
        ImageLoss("map.image", tape.ScaleAndShift(Largest(logits, -1000), imageScale, imageOffset), weights.MapImage / model.FeatureBlocks.Count, null);
    }

    public void Near(string features, string scale, string patchOffset, string imageOffset)
    {
        var (groups, rows) = (batch.Groups, (long)batch.Images * batch.Tokens);
        var grouped = tape.Reshape(features, [batch.Items, batch.Tokens, model.Embed], [groups, rows, model.Embed]);
        var best = tape.BestMatch(grouped, graph.Reshape(_forbidden, groups, rows, rows), groups, rows, model.Embed);
        var distance = tape.Affine(tape.Reshape(best, [groups, rows], [batch.Items, batch.Tokens]), -1, 1);
        PatchLoss("near", tape.ScaleAndShift(distance, scale, patchOffset), weights.Near / model.FeatureBlocks.Count, _hasReference);
        ImageLoss("near.image", tape.ScaleAndShift(Largest(distance, -4), scale, imageOffset), weights.NearImage / model.FeatureBlocks.Count, _hasReference);
    }

    public void Cells(string features, string head)
    {
        var logits = tape.Linear(features, head + ".weight", head + ".bias");
        var probability = graph.Sigmoid(logits);
        // Cells that are not clear have the target one half and no weight: 1 - 4 y (1 - y).
        var clear = graph.Subtract(graph.Scalar(1), graph.Multiply(graph.Multiply(graph.Scalar(4), _cells), graph.Subtract(graph.Scalar(1), _cells)));
        var share = graph.Multiply(
            graph.Multiply(clear, graph.Add(graph.Scalar(1), graph.Multiply(graph.Scalar(DefectWeight - 1), _cells))),
            graph.Scalar(1f / (batch.Items * batch.Patches * BatchShape.Cells)));
        Seed("cells", logits, weights.Cells / model.FeatureBlocks.Count, graph.Multiply(share, graph.Subtract(probability, _cells)),
            graph.SumAll(graph.Multiply(share, graph.Subtract(graph.SoftPlus(logits), graph.Multiply(_cells, logits)))));
    }

    public void Type(string features, string texts)
    {
        var rows = (long)batch.Items * batch.Tokens;
        long start = 2 * BatchShape.TextsOfAKind * batch.Groups;
        var names = tape.Rows(texts, start, start + batch.Types, batch.Texts);
        var flat = tape.Reshape(features, [batch.Items, batch.Tokens, model.Embed], [rows, model.Embed]);
        var logits = tape.MatMul(flat, names, transposeB: true, scale: 1 / Temperature);
        var chosen = graph.SumLast(_types);
        var count = graph.Add(graph.SumAll(_types), graph.Scalar(1));
        var probabilities = graph.Softmax(logits);
        Seed("type", logits, weights.Type, graph.Divide(graph.Subtract(graph.Multiply(chosen, probabilities), _types), count),
            graph.Divide(
                graph.Multiply(graph.Scalar(-1), graph.SumAll(graph.Multiply(_types, graph.Logarithm(graph.Add(probabilities, graph.Scalar(1e-12f)))))),
                count));
    }

    public void Class(string feature, string axis, float weight, string name)
    {
        var (items, embed) = (batch.Items, model.Embed);
        var products = tape.MatMul(
            tape.Reshape(feature, [items, embed], [items, 1, embed]), tape.Reshape(axis, [items, embed], [items, embed, 1]), scale: 1 / Temperature);
        ImageLoss(name, tape.Reshape(products, [items, 1, 1], [items]), weight, null);
    }

    public void Caption(string feature, string texts)
    {
        var captions = tape.Rows(texts, batch.Texts - batch.Items, batch.Texts, batch.Texts);
        var logits = tape.MatMul(feature, captions, transposeB: true, scale: 1 / Temperature);
        // Both directions; the targets are symmetric up to their scale, so rows of the transposed matrix are read by the same rule.
        var (byImage, byText) = (graph.Softmax(logits), graph.Transpose(graph.Softmax(graph.Transpose(logits))));
        var share = graph.Scalar(0.5f / batch.Items);
        var toText = graph.Transpose(_sameCaption);
        var derivative = graph.Add(graph.Multiply(share, graph.Subtract(byImage, _sameCaption)), graph.Multiply(share, graph.Subtract(byText, toText)));
        string Entropy(string target, string probability)
            => graph.SumAll(graph.Multiply(target, graph.Logarithm(graph.Add(probability, graph.Scalar(1e-12f)))));
        Seed(
            "caption", logits, weights.Caption, derivative,
            graph.Multiply(graph.Scalar(-0.5f / batch.Items), graph.Add(Entropy(_sameCaption, byImage), Entropy(toText, byText))));
    }

    // The mean of an image's largest percent of patches. The class token's row is no patch: it is put below all of them first.
    private string Largest(string values, float below) => tape.MeanOfLargest(
        tape.Add(
            values,
            graph.Constant(graph.FreshName("class.out"), [.. Enumerable.Range(0, batch.Tokens).Select(token => token == 0 ? below : 0)], 1, batch.Tokens)),
        Math.Max(2, (long)Math.Round(LargestShare * batch.Patches)), batch.Items, batch.Tokens);

    // Cross-entropy with defects weighing more, and dice for each image; logits [B, T].
    private void PatchLoss(string name, string logits, float weight, string? items)
    {
        var seen = items is null ? _counts : graph.Multiply(_counts, graph.Reshape(items, batch.Items, 1));
        var probability = graph.Sigmoid(logits);
        var share = graph.Multiply(
            graph.Multiply(seen, graph.Add(graph.Scalar(1), graph.Multiply(graph.Scalar(DefectWeight - 1), _defective))),
            graph.Scalar(1f / (batch.Items * batch.Patches)));
        var entropy = graph.SumAll(graph.Multiply(share, graph.Subtract(graph.SoftPlus(logits), graph.Multiply(_defective, logits))));
        var slope = graph.Multiply(share, graph.Subtract(probability, _defective));

        var wanted = graph.Multiply(_defective, seen);
        var one = graph.Scalar(1);
        var top = graph.Add(graph.Multiply(graph.Scalar(2), graph.SumLast(graph.Multiply(probability, wanted))), one);
        var bottom = graph.Add(graph.Add(graph.SumLast(graph.Multiply(probability, seen)), graph.SumLast(wanted)), one);
        var dice = graph.Subtract(one, graph.Divide(graph.SumAll(graph.Divide(top, bottom)), graph.Scalar(batch.Items)));
        // d(top / bottom)/dp = (2 y w bottom - top w) / bottom²; dp/dz = p (1 - p).
        var diceSlope = graph.Divide(
            graph.Subtract(graph.Multiply(top, seen), graph.Multiply(graph.Multiply(graph.Scalar(2), wanted), bottom)), graph.Multiply(bottom, bottom));
        var through = graph.Multiply(
            graph.Multiply(diceSlope, graph.Scalar(DiceShare / batch.Items)), graph.Multiply(probability, graph.Subtract(one, probability)));
        Seed(name, logits, weight, graph.Add(slope, through), graph.Add(entropy, graph.Multiply(graph.Scalar(DiceShare), dice)));
    }

    // Cross-entropy of logits [B] with the images' labels.
    private void ImageLoss(string name, string logits, float weight, string? items)
    {
        var share = graph.Scalar(1f / batch.Items);
        var error = graph.Subtract(graph.Sigmoid(logits), _anomalous);
        var entropy = graph.Subtract(graph.SoftPlus(logits), graph.Multiply(_anomalous, logits));
        string Seen(string x) => graph.Multiply(items is null ? x : graph.Multiply(x, items), share);
        Seed(name, logits, weight, Seen(error), graph.SumAll(Seen(entropy)));
    }

    private void Seed(string name, string logits, float weight, string derivative, string value)
    {
        _seeds.Add((logits, graph.Multiply(graph.Scalar(weight), derivative)));
        _losses.Add((name, graph.Named($"loss.{name}.{_losses.Count}", value)));
    }
}
