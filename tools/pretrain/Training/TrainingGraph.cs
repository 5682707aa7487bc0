using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.Pretrain.Training;

/// <summary>How much each objective weighs; see <see cref="Objectives"/>.</summary>
public sealed record ObjectiveWeights
{
    public float Map { get; init; } = 2;

    public float MapImage { get; init; } = 0.5f;

    public float Near { get; init; } = 2;

    public float NearImage { get; init; } = 0.2f;

    public float Cells { get; init; } = 1;

    public float Type { get; init; } = 0.15f;

    public float Class { get; init; } = 0.3f;

    public float Image { get; init; } = 0.15f;

    public float Caption { get; init; } = 0.15f;
}

/// <summary>The graph of one pass: both towers, all objectives, and the gradient of every parameter.</summary>
/// <param name="Model">Takes parameters by name and a batch.</param>
/// <param name="Gradients">Name of the gradient of each parameter in order; that of <see cref="Towers.Words"/> for the embedding.</param>
/// <param name="Losses">Each objective's name and value, not weighted.</param>
internal sealed record TrainingGraph(ModelProto Model, IReadOnlyList<string> Gradients, IReadOnlyList<(string Name, string Value)> Losses)
{
    public static TrainingGraph Build(ModelShape model, BatchShape batch, Parameters parameters, ObjectiveWeights weights)
    {
        var graph = new GraphBuilder();
        var tape = new GradientTape(graph);
        var towers = new Towers(graph, tape, model, batch, parameters);
        var texts = tape.Normalise(towers.Texts());
        var visual = towers.Visual();
        var objectives = new Objectives(graph, tape, model, batch, weights);
        var axis = objectives.Axis(texts);
        foreach (var block in model.FeatureBlocks)
        {
            var features = tape.Reshape(
                tape.Normalise(visual.Features[block]), [batch.Items * batch.Tokens, model.Embed], [batch.Items, batch.Tokens, model.Embed]);
            objectives.Map(features, axis, Parameters.HeadMapScale(block), Parameters.HeadMapOffset(block));
            objectives.Near(features, Parameters.HeadScale(block), Parameters.HeadPatchOffset(block), Parameters.HeadImageOffset(block));
            objectives.Cells(
                tape.Reshape(features, [batch.Items, batch.Tokens, model.Embed], [(long)batch.Items * batch.Tokens, model.Embed]), Parameters.HeadCells(block));
            if (block == model.FeatureBlocks[^1])
            {
                objectives.Type(features, texts);
            }
        }
        var image = tape.Normalise(visual.Image);
        objectives.Class(tape.Normalise(visual.Class), axis, weights.Class, "class");
        objectives.Class(image, axis, weights.Image, "image");
        objectives.Caption(image, texts);
        var gradients = tape.Gradients(
            objectives.Seeds, [.. parameters.All.Select(parameter => parameter.Name == Parameters.TokenEmbedding ? Towers.Words : parameter.Name)]);
        foreach (var output in gradients.Concat(objectives.Losses.Select(loss => loss.Value)))
        {
            graph.Output(output);
        }
        return new TrainingGraph(graph.Build(), gradients, objectives.Losses);
    }
}
