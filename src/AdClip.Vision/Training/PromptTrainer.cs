using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Training;

/// <summary>Learns prompts from cached tokens, epoch by epoch, and says which epoch to use.</summary>
/// <remarks>
/// Beside the prompts that learn from all images, one set of prompts a fold learns from the images outside it, in step. After each
/// epoch those score the images of their fold: the pooled F1 judges the epoch, never a score of an image that was learned from.
/// Sums do not depend on the number of threads, so the same images, settings and seed give the same bits.
/// </remarks>
public sealed class PromptTrainer : IDisposable
{
    private readonly DetectionModel _model;
    private readonly IReadOnlyList<TrainingItem> _items;
    private readonly TrainingSettings _settings;
    private readonly PromptPasses _passes;
    private readonly PromptLoss _loss;
    private readonly List<Pupil> _pupils = [];
    private readonly string _identity;
    private readonly int _folds;
    private readonly Dictionary<string, int> _foldOf;
    private readonly int _threads;
    private List<EpochReport> _history = [];

    /// <param name="model">The model, whose encoder is not used.</param>
    /// <param name="items">At least one good and one defective image; views beside them as wished.</param>
    /// <param name="settings">How they are learned from.</param>
    /// <param name="threads">Processors to use; null: all. Does not change the result.</param>
    /// <exception cref="RefusedInputException">Too few images, or settings that do not work with the model.</exception>
    public PromptTrainer(DetectionModel model, IReadOnlyList<TrainingItem> items, TrainingSettings settings, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        var (good, defective) = (items.Count(item => !item.IsAnomaly), items.Count(item => item.IsAnomaly));
        if (good == 0 || defective == 0)
        {
            throw new RefusedInputException(
                RefusalCode.TrainingImagesTooFew,
                $"Prompts learn from good and from defective images; here are {good} good and {defective} defective ones. Add the missing kind.",
                good,
                defective);
        }
        (_model, _items, _settings, _threads) = (model, items, settings, threads ?? Environment.ProcessorCount);
        _folds = settings.Folds == 0 ? 0 : ImageFolds.Possible(items, settings.Folds);
        var start = settings.Prompts.Start(model, settings.Seed);
        _passes = new PromptPasses(
            model.RequireWords().Weights, start, new SessionSettings(Device: DeviceWish.Cpu), roundsDeepPrompts: settings.RoundsDeepPrompts);
        _loss = new PromptLoss(settings.Weights, model.Temperature);
        _identity = Identity(model, items, settings);

        _foldOf = _folds == 0 ? [] : ImageFolds.Assign(items, _folds, settings.Seed);
        _pupils.Add(new Pupil(New(), [.. items], []));
        for (var fold = 0; fold < _folds; fold++)
        {
            _pupils.Add(new Pupil(
                New(),
                [.. items.Where(item => _foldOf[item.Sha256] != fold)],
                [.. items.Where(item => item.View.Length == 0 && _foldOf[item.Sha256] == fold)]));
        }

        PromptLearner New() => new(_passes, start.Copy(), settings.Optimiser);
    }

    /// <summary>Every epoch so far, those before a resumption included.</summary>
    public IReadOnlyList<EpochReport> History => _history;

    /// <summary>Learns until the last epoch, writing <c>epoch_N.pth</c> and the state to resume from into a folder.</summary>
    /// <param name="folder">Made if need be.</param>
    /// <param name="resume">A state or the checkpoint beside it; null: from the start.</param>
    /// <param name="progress">Told of every step and epoch.</param>
    /// <param name="cancel">Stops between steps; the last finished epoch can be resumed from.</param>
    /// <exception cref="RefusedInputException">A state of another training.</exception>
    public TrainingOutcome Train(string folder, string? resume = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        foreach (var finished in Learn(folder, resume, progress, cancel))
        {
            progress?.Report(finished.Progress);
        }
        var best = TrainingOutcome.BestOf(_history) ?? _history[^1];
        var reason = _folds > 0 ? BestEpochReason.OutOfFoldF1 : _settings.Folds > 0 ? BestEpochReason.LastOfTooFewImages : BestEpochReason.LastWithoutFolds;
        return new TrainingOutcome(_history, best.Epoch, reason, CheckpointPath(folder, best.Epoch));
    }

    /// <summary>The same, epoch by epoch: each is learned when it is asked for.</summary>
    /// <remarks>
    /// The state that resumes after an epoch is written when the next one is asked for. Whoever stores what an epoch gave before
    /// asking on therefore has it once and only once, wherever the program is killed: the epoch is learned again, to the same bits.
    /// </remarks>
    /// <param name="folder">Made if need be.</param>
    /// <param name="resume">A state or the checkpoint beside it; null: from the start.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="RefusedInputException">A state of another training.</exception>
    public IEnumerable<FinishedEpoch> Learn(
        string folder, string? resume = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(folder);
        var learners = _pupils.ConvertAll(pupil => pupil.Learner);
        _history = resume is null ? [] : [.. TrainerState.Read(resume, _identity, learners)];
        var pace = new Pace(_settings.Epochs - _history.Count, _pupils.Sum(pupil => Batches(pupil.Items.Length)));
        while (_history.Count < _settings.Epochs)
        {
            var epoch = _history.Count + 1;
            var loss = RunEpoch(epoch, pace, progress, cancel);
            var texts = _pupils.Skip(1).Select(pupil => pupil.Learner.Text()).ToList();
            var (judged, heldOut) = _folds == 0 ? (null, []) : Judge(texts);
            var isBest = judged is not null && TrainingOutcome.Compare(judged, TrainingOutcome.BestOf(_history)?.OutOfFold) > 0;
            var isSaved = isBest || epoch % _settings.SaveEvery == 0 || epoch == _settings.Epochs;
            if (isBest)
            {
                _history = _history.ConvertAll(earlier => earlier with { HeldOut = [] });
            }
            var report = new EpochReport(epoch, loss, judged, isSaved, isBest ? heldOut : []);
            _history.Add(report);
            if (isSaved)
            {
                learners[0].Prompts.Write(CheckpointPath(folder, epoch));
            }
            yield return new FinishedEpoch(
                report, isSaved ? CheckpointPath(folder, epoch) : null, _folds == 0 ? null : new FoldTexts(_foldOf, texts),
                new TrainingProgress(epoch, _settings.Epochs, pace.Steps, pace.Steps, loss, pace.Remaining, report));
            TrainerState.Write(TrainerState.PathOf(folder, epoch), _identity, learners, _history);
            File.Delete(TrainerState.PathOf(folder, epoch - 1));
        }
    }

    /// <summary>The newest state in a folder, to resume from, and the epoch after which it was written; null: there is none.</summary>
    public static (string File, int Epoch)? NewestState(string folder) => TrainerState.Newest(folder);

    /// <inheritdoc/>
    public void Dispose() => _passes.Dispose();

    private LossParts RunEpoch(int epoch, Pace pace, IProgress<TrainingProgress>? progress, CancellationToken cancel)
    {
        var mean = new MeanLoss();
        var done = 0;
        var reporting = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancel };
        var threadsEach = Math.Max(1, _threads / _pupils.Count);
        try
        {
            Parallel.For(0, _pupils.Count, options, p =>
            {
                TrainingItem[] order = [.. _pupils[p].Items];
                SeededRandom.For(_settings.Seed, string.Create(CultureInfo.InvariantCulture, $"order {epoch}")).Shuffle(order);
                foreach (var batch in order.Chunk(_settings.BatchSize))
                {
                    cancel.ThrowIfCancellationRequested();
                    TrainingImage[] images = [.. batch.Select(Image)];
                    var (loss, _, _) = _pupils[p].Learner.Step(text => _loss.Compute(images, text.Normal, text.Abnormal, threadsEach));
                    lock (reporting)
                    {
                        if (p == 0)
                        {
                            mean.Add(loss);
                        }
                        pace.Step();
                        progress?.Report(new TrainingProgress(epoch, _settings.Epochs, ++done, pace.Steps, mean.Value, pace.Remaining, null));
                    }
                }
            });
        }
        catch (AggregateException several)
        {
            cancel.ThrowIfCancellationRequested();
            throw several.Flatten().InnerExceptions[0];
        }
        return mean.Value!;
    }

    private TrainingImage Image(TrainingItem item)
    {
        var (tokens, mask) = item.Load();
        var side = _model.Model.ImageSize;
        return new TrainingImage(
            UnitVectors.Normalise(tokens.ClassToken, tokens.Width),
            [.. _model.ZeroShotLayers.Select(layer => UnitVectors.Normalise(tokens.Patches(layer), tokens.Width))],
            tokens.Grid, item.IsAnomaly, mask ?? (item.IsAnomaly ? null : new byte[side * side]), side);
    }

    private (EpochScore Score, IReadOnlyList<HeldOutScore> HeldOut) Judge(List<TextPair> texts)
    {
        var heldOut = new List<HeldOutScore>();
        foreach (var (pupil, text) in _pupils.Skip(1).Zip(texts))
        {
            var scorer = _model.CreateScorer(text);
            heldOut.AddRange(
                pupil.HeldOut.Select(item => new HeldOutScore(item.Sha256, scorer.ScorePatches(item.Load().Tokens, null, null).ZeroShotScore, item.IsAnomaly)));
        }
        var curve = PrecisionRecallCurve.FromScores([.. heldOut.Select(image => image.Score)], [.. heldOut.Select(image => image.IsAnomaly)]);
        var best = curve.BestF1!.Value;
        return (new EpochScore(best.Counts.F1, best.Threshold, curve.AreaUnderRoc!.Value, curve.AveragePrecision!.Value, curve.AllPositiveF1), heldOut);
    }

    private int Batches(int items) => (items + _settings.BatchSize - 1) / _settings.BatchSize;

    private static string CheckpointPath(string folder, int epoch) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"epoch_{epoch}.pth"));

    private static string Identity(DetectionModel model, IReadOnlyList<TrainingItem> items, TrainingSettings settings)
    {
        var text = new StringBuilder(model.EncoderId).Append('\n').Append(JsonSerializer.Serialize(settings with { Epochs = 1, SaveEvery = 1 }));
        foreach (var item in items)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{item.Sha256} {item.View} {item.IsAnomaly}");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Prompts, what they learn from, and the images that judge them.</summary>
    private sealed record Pupil(PromptLearner Learner, TrainingItem[] Items, TrainingItem[] HeldOut);

    private sealed class MeanLoss
    {
        private int _steps;

        public LossParts? Value { get; private set; }

        public void Add(BatchLoss loss)
        {
            _steps++;
            var (before, share) = (Value ?? new LossParts(0, 0, 0, 0, 0), 1.0 / _steps);
            double Mean(double mean, double value) => mean + ((value - mean) * share);
            Value = new LossParts(
                Mean(before.Total, loss.Total), Mean(before.Classification, loss.Classification), Mean(before.Focal, loss.Focal.Sum()),
                Mean(before.Dice, loss.DiceAbnormal.Sum() + loss.DiceNormal.Sum()), Mean(before.Contrastive, loss.Contrastive));
        }
    }

    /// <summary>Guesses the time left from the steps made since the start.</summary>
    private sealed class Pace(int epochs, int steps)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private long _made;

        public int Steps => steps;

        public TimeSpan? Remaining => _made == 0 ? null : Stopwatch.GetElapsedTime(_start) * (((double)epochs * steps / _made) - 1);

        public void Step() => _made++;
    }
}
