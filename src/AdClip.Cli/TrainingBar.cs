using System.Globalization;
using AdClip.Vision.Training;

namespace AdClip.Cli;

/// <summary>Shows steps in a line that is rewritten where somebody watches, and a line for each epoch always.</summary>
internal sealed class TrainingBar : IProgress<TrainingProgress>, IDisposable
{
    private const int Cells = 20;
    private readonly bool _isWatched = !Console.IsErrorRedirected;
    private bool _isOpen;

    /// <summary>The epoch that ended last; null before the first.</summary>
    public int? LastEpoch { get; private set; }

    public void Report(TrainingProgress value)
    {
        if (value.Finished is { } epoch)
        {
            LastEpoch = epoch.Epoch;
            Dispose();
            Console.WriteLine(Line(epoch, value.Epochs));
        }
        else if (_isWatched)
        {
            var cells = Cells * value.Step / Math.Max(1, value.Steps);
            var left = value.Remaining is { } time ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : "?";
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\repoch {value.Epoch}/{value.Epochs} [{new string('#', cells),-Cells}] loss {value.Loss?.Total ?? 0:F4}, {left} left "));
            _isOpen = true;
        }
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            Console.Error.Write("\r\u001b[K");
            _isOpen = false;
        }
    }

    private static string Line(EpochReport epoch, int epochs)
    {
        var loss = epoch.Loss;
        var judged = epoch.OutOfFold is { } score ? FormattableString.Invariant($"; out of fold F1 {score.F1:F4} AUROC {score.AreaUnderRoc:F4}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}/{epochs} loss {loss.Total:F4} (class {loss.Classification:F4}, focal {loss.Focal:F4}, "
                + $"dice {loss.Dice:F4}, contrastive {loss.Contrastive:F4}){judged}");
    }
}
