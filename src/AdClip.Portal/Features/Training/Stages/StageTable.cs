using AdClip.Vision.Datasets;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>A mean over seeds.</summary>
/// <param name="Deviation">Of a sample (n - 1); null for one seed.</param>
/// <param name="Seeds">Those that are in.</param>
/// <param name="Beside">Mean of what it is to be compared with; null: nothing.</param>
public sealed record StageSpread(double Mean, double? Deviation, int Seeds, double? Beside);

/// <summary>A line of the table: a detector on a stage.</summary>
/// <param name="Values">By metric key; a metric that is undefined here is missing.</param>
/// <param name="AgainstBefore">By metric key: how much more than at the stage before, paired over seeds.</param>
/// <param name="Before">The stage before, whose images this stage has and more; null: none.</param>
/// <param name="IsBest">By metric key: best of its column, and beyond noise.</param>
public sealed record StageRow(
    StageModel Model, StageDetector Detector, Stage Stage, IReadOnlyDictionary<string, StageSpread> Values,
    Stage? Before, IReadOnlyDictionary<string, PairedDifference> AgainstBefore, IReadOnlySet<string> IsBest);

/// <summary>A detector that is compared with another at the same stage, paired over seeds.</summary>
public sealed record StageDuel(StageModel Model, Stage Stage, StageDetector Detector, StageDetector Than, PairedDifference Difference);

/// <summary>Stages, detectors and models side by side. Pure numbers, no database.</summary>
public sealed class StageTable
{
    private readonly StagePlan _plan;
    private readonly Dictionary<StageCellKey, StageFigures> _cells;

    public StageTable(StagePlan plan, IReadOnlyDictionary<StageCellKey, StageFigures> cells)
    {
        (_plan, _cells) = (plan, new(cells));
        Rows = [.. from model in plan.Models
                   from detector in plan.Detectors
                   from stage in plan.Filled
                   where detector.CanLearn(stage)
                   select Row(model, detector, stage)];
    }

    /// <summary>Model by model, detector by detector, stages rising; those without a finished cell included.</summary>
    public IReadOnlyList<StageRow> Rows { get; }

    /// <summary>The finished cells.</summary>
    public IReadOnlyDictionary<StageCellKey, StageFigures> Cells => _cells;

    /// <summary>Every detector against the one before it in the list, at each stage that both have.</summary>
    public IReadOnlyList<StageDuel> Duels(StageMetric metric) =>
    [
        .. from model in _plan.Models
           from pair in _plan.Detectors.Skip(1).Zip(_plan.Detectors, (detector, than) => (Detector: detector, Than: than))
           from stage in _plan.Filled
           let difference = Difference(metric, (model.Id, pair.Detector, stage), (model.Id, pair.Than, stage))
           where difference is not null
           select new StageDuel(model, stage, pair.Detector, pair.Than, difference),
    ];

    /// <summary>The largest stage that lies within this one and has anomalies if this one has; null: none.</summary>
    public static Stage? BeforeOf(Stage stage, IReadOnlyList<Stage> stages) => stages
        .Where(other => other != stage && other.Anomalies <= stage.Anomalies && other.Good <= stage.Good && other.Anomalies == 0 == (stage.Anomalies == 0))
        .MaxBy(other => other.Anomalies + other.Good);

    private StageRow Row(StageModel model, StageDetector detector, Stage stage)
    {
        var own = (model.Id, detector, stage);
        var before = BeforeOf(stage, _plan.Filled) is { } smaller && detector.CanLearn(smaller) ? smaller : null;
        var values = new Dictionary<string, StageSpread>();
        var against = new Dictionary<string, PairedDifference>();
        foreach (var metric in StageMetric.All)
        {
            if (Spread(metric, own) is { } spread)
            {
                values.Add(metric.Key, spread);
            }
            if (before is not null && Difference(metric, own, (model.Id, detector, before)) is { } difference)
            {
                against.Add(metric.Key, difference);
            }
        }
        return new StageRow(
            model, detector, stage, values, before, against,
            StageMetric.Shares.Where(metric => IsBest(metric, own)).Select(metric => metric.Key).ToHashSet());
    }

    private StageSpread? Spread(StageMetric metric, (string Model, StageDetector Detector, Stage Stage) row)
    {
        var figures = Enumerable.Range(1, _plan.Seeds)
            .Select(seed => Figures(row, seed))
            .OfType<StageFigures>()
            .Where(one => metric.Value(one) is not null)
            .ToList();
        if (figures.Count == 0)
        {
            return null;
        }
        var mean = figures.Average(one => metric.Value(one)!.Value);
        double? deviation = figures.Count == 1 ? null : Math.Sqrt(figures.Sum(one => Math.Pow(metric.Value(one)!.Value - mean, 2)) / (figures.Count - 1));
        return new StageSpread(mean, deviation, figures.Count, metric.Beside is { } beside ? figures.Average(beside) : null);
    }

    private PairedDifference? Difference(StageMetric metric, (string, StageDetector, Stage) row, (string, StageDetector, Stage) other) => PairedDifference.Of(
        [.. from seed in Enumerable.Range(1, _plan.Seeds)
            let value = Figures(row, seed) is { } own ? metric.Value(own) : null
            let than = Figures(other, seed) is { } its ? metric.Value(its) : null
            where value is not null && than is not null
            select value.Value - than.Value]);

    /// <summary>Best only if clearly better than every other row: F1 out of fold is left out, since its stages have different shares of anomalies.</summary>
    private bool IsBest(StageMetric metric, (string, StageDetector, Stage) row)
    {
        if (metric.Key == "f1_out_of_fold")
        {
            return false;
        }
        var others = from model in _plan.Models
                     from detector in _plan.Detectors
                     from stage in _plan.Filled
                     let other = (model.Id, detector, stage)
                     where other != row && detector.CanLearn(stage)
                     select other;
        var differences = others.Select(other => Difference(metric, row, other)).OfType<PairedDifference>().ToList();
        return differences.Count > 0 && differences.TrueForAll(difference => difference is { IsClear: true, Mean: > 0 });
    }

    private StageFigures? Figures((string Model, StageDetector Detector, Stage Stage) row, int seed) =>
        _cells.GetValueOrDefault(new StageCellKey(row.Model, row.Detector, row.Stage, seed));
}
