using AdClip.Vision.Graphs;

namespace AdClip.Pretrain.Training;

/// <summary>One graph made ready on one thread: objectives and gradients of a batch.</summary>
internal sealed class TrainingPass : IDisposable
{
    private readonly ModelShape _model;
    private readonly BatchShape _batch;
    private readonly OnnxSession _session;
    private readonly TrainingGraph _graph;
    private readonly string[] _outputs;

    public TrainingPass(ModelShape model, BatchShape batch, Parameters parameters, ObjectiveWeights weights, int threads = 1)
    {
        (_model, _batch) = (model, batch);
        _graph = TrainingGraph.Build(model, batch, parameters, weights);
        _outputs = [.. _graph.Gradients, .. _graph.Losses.Select(loss => loss.Value)];
        _session = OnnxSession.Create(_graph.Model, null, new SessionSettings(threads));
    }

    /// <summary>
    /// Adds the gradients of a batch to <paramref name="sums"/>, in the order of the parameters, and
    /// gives the objectives by name, summed over layers.
    /// </summary>
    public Dictionary<string, float> Add(Parameters parameters, Batch batch, IReadOnlyList<float[]> sums)
    {
        var width = _model.TextWidth;
        List<GraphTensor> inputs =
        [
            .. Towers.Inputs(_model, _batch, parameters, batch.Words, batch.Ends, batch.Patches),
            new("defective", batch.Defective, _batch.Items, _batch.Tokens),
            new("counts", batch.Counts, _batch.Items, _batch.Tokens),
            new("defective.cells", batch.DefectiveCells, (long)_batch.Items * _batch.Tokens, BatchShape.Cells),
            new("anomalous", batch.Anomalous, _batch.Items),
            new("has.reference", batch.HasReference, _batch.Items),
            new("types", batch.Type, (long)_batch.Items * _batch.Tokens, _batch.Types),
            new("mix", batch.Mix, _batch.Groups, BatchShape.TextsOfAKind),
            new("same.caption", batch.SameCaption, _batch.Items, _batch.Items),
            new("forbidden", batch.Forbidden, _batch.Groups, _batch.Images, 1, _batch.Images, _batch.Tokens),
        ];
        var results = _session.Run(inputs, _outputs);
        for (var p = 0; p < _graph.Gradients.Count; p++)
        {
            var (gradient, sum) = (results[p].Values, sums[p]);
            if (parameters.All[p].Name == Parameters.TokenEmbedding)
            {
                for (var i = 0; i < batch.Words.Length; i++)
                {
                    var row = sum.AsSpan(batch.Words[i] * width, width);
                    System.Numerics.Tensors.TensorPrimitives.Add(row, gradient.AsSpan(i * width, width), row);
                }
            }
            else
            {
                System.Numerics.Tensors.TensorPrimitives.Add(sum, gradient, sum);
            }
        }
        return _graph.Losses.Select((loss, i) => (loss.Name, Value: results[_graph.Gradients.Count + i].Values[0]))
            .GroupBy(loss => loss.Name).ToDictionary(group => group.Key, group => group.Sum(loss => loss.Value));
    }

    public void Dispose() => _session.Dispose();
}
