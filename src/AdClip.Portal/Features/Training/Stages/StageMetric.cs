namespace AdClip.Portal.Features.Training.Stages;

/// <summary>A column of the table.</summary>
/// <param name="Key">As exports and addresses name it; the same as in <c>adclip test --json</c>.</param>
/// <param name="Text">Key of its name in StagesText.</param>
/// <param name="Value">Null: undefined for this cell.</param>
/// <param name="Beside">What to compare it with, such as the F1 of calling everything anomalous; null: nothing.</param>
/// <param name="IsShare">From 0 to 1; else seconds.</param>
public sealed record StageMetric(string Key, string Text, Func<StageFigures, double?> Value, Func<StageFigures, double?>? Beside = null, bool IsShare = true)
{
    /// <summary>Every column, in order.</summary>
    public static IReadOnlyList<StageMetric> All { get; } =
    [
        new("image_auroc", "ImageAuroc", figures => figures.AreaUnderRoc),
        new("image_ap", "ImageAp", figures => figures.AveragePrecision),
        new("f1_out_of_fold", "F1OutOfFold", figures => figures.F1OutOfFold, figures => figures.AllPositiveF1OutOfFold),
        new("f1_at_that_threshold", "F1Test", figures => figures.F1, figures => figures.AllPositiveF1),
        new("pixel_auroc", "PixelAuroc", figures => figures.PixelAreaUnderRoc),
        new("pixel_ap", "PixelAp", figures => figures.PixelAveragePrecision),
        new("aupro_0.3", "Aupro", figures => figures.Aupro),
        new("aupro_0.05", "Aupro05", figures => figures.Aupro05),
        new("seconds", "Seconds", figures => figures.Seconds, IsShare: false),
    ];

    /// <summary>Those with a better side.</summary>
    public static IReadOnlyList<StageMetric> Shares { get; } = [.. All.Where(metric => metric.IsShare)];

    /// <summary>The column of this key, or the first.</summary>
    public static StageMetric Of(string? key) => All.FirstOrDefault(metric => metric.Key == key, All[0]);
}
