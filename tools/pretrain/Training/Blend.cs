using System.Numerics.Tensors;

namespace AdClip.Pretrain.Training;

/// <summary>
/// The mean of a training's weights and those of the model that it began with: Wortsman et al., "Robust fine-tuning of zero-shot models",
/// CVPR 2022, equation 1. On images that are unlike those of the training it is often better than either.
/// </summary>
internal static class Blend
{
    /// <param name="checkpoint">Of the training; its running mean is taken.</param>
    /// <param name="words">Its vocabulary by token. Words that the other model does not know stay the training's.</param>
    /// <param name="folder">The other model's, of the same sizes.</param>
    /// <param name="share">Of the training, 0 to 1; above one it goes on beyond it.</param>
    /// <param name="path">The checkpoint to write: one of a training that is over.</param>
    /// <exception cref="InvalidDataException">The sizes differ.</exception>
    public static void Write(string checkpoint, IReadOnlyDictionary<string, int> words, string folder, float share, string path)
    {
        var (model, trained) = Checkpoint.ReadMean(checkpoint);
        var blended = trained.Copy();
        WarmStart.Load(blended, words, folder);
        for (var p = 0; p < trained.All.Count; p++)
        {
            var values = blended.All[p].Values;
            TensorPrimitives.Multiply(values, 1 - share, values);
            TensorPrimitives.MultiplyAdd(trained.All[p].Values, share, values, values);
        }
        Checkpoint.Write(path, model, blended, blended, new DecoupledAdam(blended, decay: 0), progress: 1);
    }
}
