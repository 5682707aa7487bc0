namespace AdClip.Vision.Detection;

/// <summary>How close a cheaper encoder must come to the float32 one to be used in its place.</summary>
/// <remarks>
/// The token limits catch an encoder that has gone wrong somewhere even where the maps hide it; the others are what people
/// see and decide by. Maps and scores are probabilities, 0 to 1, so a change of 0.05 is a twentieth of the scale.
/// </remarks>
/// <param name="Images">Least number of images: with fewer the ranking says nothing.</param>
/// <param name="MeanCosine">Least mean cosine of a layer's tokens, and of the class token.</param>
/// <param name="LeastCosine">Least cosine of any single token.</param>
/// <param name="MapDifference">Largest change of any map at any place.</param>
/// <param name="MapCorrelation">Least Pearson correlation of all map values taken together.</param>
/// <param name="ScoreDifference">Largest change of any image's score.</param>
/// <param name="RankCorrelation">Least Spearman correlation of the images' scores.</param>
public sealed record FidelityLimits(
    int Images = 8, double MeanCosine = 0.995, double LeastCosine = 0.95, double MapDifference = 0.1, double MapCorrelation = 0.99,
    double ScoreDifference = 0.05, double RankCorrelation = 0.98);
