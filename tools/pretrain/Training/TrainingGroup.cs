namespace AdClip.Pretrain.Training;

/// <summary>Images of one product with what is wrong on them.</summary>
/// <param name="Side">Pixels along a side.</param>
/// <param name="Images">Red, green, blue: [side, side, 3] each.</param>
/// <param name="Types">0 where nothing is wrong, else the defect type from 1: [side, side] each.</param>
/// <param name="Pairs">Normal and abnormal texts of the product.</param>
/// <param name="Captions">One for each image.</param>
public sealed record TrainingGroup(
    int Side, IReadOnlyList<byte[]> Images, IReadOnlyList<byte[]> Types, IReadOnlyList<(string Normal, string Abnormal)> Pairs, IReadOnlyList<string> Captions);
