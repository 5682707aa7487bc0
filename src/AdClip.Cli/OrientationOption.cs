using System.CommandLine;
using System.Globalization;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Cli;

/// <summary>The option that says in which orientations good images are taken; with it, or with a model without words, they alone are compared with.</summary>
internal sealed class OrientationOption
{
    private readonly Option<string?> _choice = new("--orientations")
    {
        Description = "Compare with good images alone, as models without words always do, and take these as they are (none), mirrored (flips), "
            + "turned (rotations), or as they themselves suggest (auto, the default)",
    };

    public OrientationOption() => _choice.AcceptOnlyFromAmong("auto", "none", "flips", "rotations");

    public void Add(Command command) => command.Options.Add(_choice);

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_choice) is not null;

    /// <summary>How good images are compared with.</summary>
    public GoodOptions Read(ParseResult parsed) => new(
        parsed.GetValue(_choice) switch
        {
            "none" => OrientationChoice.None,
            "flips" => OrientationChoice.Flips,
            "rotations" => OrientationChoice.Rotations,
            _ => OrientationChoice.Auto,
        },
        Threads: Environment.ProcessorCount);

    /// <summary>The same where good images alone are compared with; null where the prompts are.</summary>
    /// <exception cref="RefusedInputException">The model knows no words, and nothing but words was given.</exception>
    public GoodOptions? ReadFor(ParseResult parsed, DetectionModel detector, PromptSettings prompts, int good)
    {
        if (detector.Words is not null && !IsGiven(parsed))
        {
            return null;
        }
        if (good == 0 || prompts != new PromptSettings())
        {
            detector.RequireWords();
            throw new RefusedInputException(
                RefusalCode.ModelHasNoWords,
                good == 0
                    ? $"--orientations makes {detector.Model.Name} compare with good images alone; name some with --reference."
                    : $"--orientations makes {detector.Model.Name} compare with good images alone; leave out --checkpoint and --ensemble.",
                detector.Model.Name);
        }
        return Read(parsed);
    }

    /// <summary>What was chosen, and why, as a sentence.</summary>
    public static string Sentence(GoodFitReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Images} good images, {Way(report.Orientations)} ({Why(report)}): {report.PatchesKept} of {report.PatchesSeen} patches, "
            + $"{report.Components} components.");

    private static string Way(OrientationChoice choice) => choice switch
    {
        OrientationChoice.Flips => "as they are and mirrored",
        OrientationChoice.Rotations => "turned by sixteenths",
        _ => "as they are",
    };

    private static string Why(GoodFitReport report) => report.Reason switch
    {
        OrientationReason.Turning => string.Create(CultureInfo.InvariantCulture, $"turning them brings them {report.AngleGain:P1} nearer to each other"),
        OrientationReason.Symmetric => string.Create(CultureInfo.InvariantCulture, $"mirrored, they are {report.FlipRatio:F3} times as far apart"),
        OrientationReason.OneOrientation => string.Create(CultureInfo.InvariantCulture, $"mirrored, they are {report.FlipRatio:F3} times as far apart"),
        OrientationReason.OneImage => "one image does not tell how parts lie",
        OrientationReason.ManyImages => "there are enough of them",
        _ => "as asked",
    };
}
