namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a fit may use. The defaults need no change: parts that do not help are left out by themselves.</summary>
/// <param name="UseText">The comparison with the texts.</param>
/// <param name="UseBank">The comparison with good patches.</param>
/// <param name="UseHeads">Linear heads for patches and images; they need labelled anomalies.</param>
/// <param name="UseAnomalyBank">The comparison with defective patches; it needs drawn anomalies.</param>
/// <param name="RotatesPart">Whether further views of good images join the bank.</param>
/// <param name="NearestImages">
/// Good images that a patch's distance is the mean of. One is best on most products; more can help where good images differ much.
/// </param>
/// <param name="Seed">Of the folds.</param>
public sealed record FitOptions(
    bool UseText = true, bool UseBank = true, bool UseHeads = true, bool UseAnomalyBank = true,
    bool RotatesPart = false, int NearestImages = 1, int Seed = 111);
