namespace AdClip.Vision.Training;

/// <summary>One image as training sees it: tokens that never change, and what is known of it.</summary>
/// <param name="ClassToken">Unit length, [E].</param>
/// <param name="Layers">For each layer the patch tokens of unit length, [g·g, E] row-major.</param>
/// <param name="Grid">Patches g along one side.</param>
/// <param name="IsAnomaly">The label.</param>
/// <param name="Mask">Defect pixels, 0 or 1, S x S in the frame of the model's square; null: not drawn, so its pixels teach nothing.</param>
/// <param name="Side">Side S of the mask in pixels.</param>
public sealed record TrainingImage(float[] ClassToken, IReadOnlyList<float[]> Layers, int Grid, bool IsAnomaly, byte[]? Mask, int Side);
