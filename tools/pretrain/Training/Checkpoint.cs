using System.Globalization;
using System.Text.Json;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Training;

/// <summary>Everything that a training goes on from, in one safetensors file: weights, their running mean, optimiser state, progress.</summary>
internal static class Checkpoint
{
    private const string Raw = "raw.";
    private const string Mean = "mean.";
    private const string First = "first.";
    private const string Second = "second.";

    public static void Write(string path, ModelShape model, Parameters weights, Parameters mean, DecoupledAdam adam, double progress)
    {
        List<(string, long[], float[])> tensors = [];
        for (var p = 0; p < weights.All.Count; p++)
        {
            var parameter = weights.All[p];
            tensors.Add((Raw + parameter.Name, parameter.Shape, parameter.Values));
            tensors.Add((Mean + parameter.Name, parameter.Shape, mean.All[p].Values));
            tensors.Add((First + parameter.Name, parameter.Shape, adam.Means[p]));
            tensors.Add((Second + parameter.Name, parameter.Shape, adam.Squares[p]));
        }
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["model"] = JsonSerializer.Serialize(model),
            ["steps"] = adam.Steps.ToString(CultureInfo.InvariantCulture),
            ["progress"] = progress.ToString("R", CultureInfo.InvariantCulture),
        });
    }

    /// <returns>How far the training was, 0 to 1.</returns>
    public static double Read(string path, Parameters weights, Parameters mean, DecoupledAdam adam)
    {
        var file = WeightFile.Open(path);
        weights.Load(file, Raw);
        mean.Load(file, Mean);
        for (var p = 0; p < weights.All.Count; p++)
        {
            file.Require(First + weights.All[p].Name).ReadFloats().CopyTo(adam.Means[p], 0);
            file.Require(Second + weights.All[p].Name).ReadFloats().CopyTo(adam.Squares[p], 0);
        }
        adam.Steps = int.Parse(file.Metadata["steps"], CultureInfo.InvariantCulture);
        return double.Parse(file.Metadata["progress"], CultureInfo.InvariantCulture);
    }

    /// <summary>The sizes of the model, and the running mean of its weights: what is exported.</summary>
    public static (ModelShape Model, Parameters Mean) ReadMean(string path)
    {
        var file = WeightFile.Open(path);
        var model = JsonSerializer.Deserialize<ModelShape>(file.Metadata["model"])!;
        var parameters = Parameters.Initial(model, 1);
        parameters.Load(file, Mean);
        return (model, parameters);
    }
}
