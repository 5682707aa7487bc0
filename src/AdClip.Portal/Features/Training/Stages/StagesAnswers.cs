using AdClip.Portal.Features.Jobs;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>An experiment with stages as lists show it.</summary>
public sealed record StagesAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required int Number { get; init; }

    public required Guid JobId { get; init; }

    public required string State { get; init; }

    public required string? Message { get; init; }

    public required double? RemainingSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Those that are tried, as anomalies + good images.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>Those that the project cannot fill, and what they lack.</summary>
    public required IReadOnlyList<StageNotFilledAnswer> NotFilled { get; init; }

    public required IReadOnlyList<string> Detectors { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    public required int Seeds { get; init; }

    public required string ObjectName { get; init; }

    public required int LabelledGood { get; init; }

    public required int LabelledAnomalies { get; init; }

    public required int LeftOut { get; init; }

    /// <summary>Good test images of each draw, outside its largest stage.</summary>
    public required int TestedGood { get; init; }

    public required int TestedAnomalies { get; init; }

    /// <summary>Of the whole table, finished or not.</summary>
    public required int Cells { get; init; }

    public static StagesAnswer Of(StageView view, JobTexts texts, DateTimeOffset now)
    {
        var (experiment, plan, job) = view;
        var tested = plan.Supply.Tested(plan.Filled)!;
        return new StagesAnswer
        {
            Id = experiment.Id,
            ProjectId = experiment.ProjectId,
            Number = experiment.Number,
            JobId = experiment.JobId,
            State = TrainingAnswer.NameOf(job.State),
            Message = texts.Sentence(job),
            RemainingSeconds = job.Remaining(now)?.TotalSeconds,
            CreatedAt = experiment.CreatedAt,
            Stages = [.. plan.Filled.Select(stage => stage.ToString())],
            NotFilled = [.. plan.Stages.Except(plan.Filled)
                .Select(stage => new StageNotFilledAnswer(stage.ToString(), plan.Supply.Missing(stage).Good, plan.Supply.Missing(stage).Anomalies))],
            Detectors = [.. plan.Detectors.Select(TrainingAnswer.NameOf<StageDetector>)],
            Models = [.. plan.Models.Select(model => model.Id)],
            Seeds = plan.Seeds,
            ObjectName = plan.ObjectName,
            LabelledGood = plan.Supply.Good,
            LabelledAnomalies = plan.Supply.Anomalies,
            LeftOut = plan.Supply.LeftOut,
            TestedGood = tested.Good,
            TestedAnomalies = tested.Anomalies,
            Cells = plan.Cells().Count(),
        };
    }
}

/// <summary>A stage that cannot be filled, and the labelled images that are missing; two of either kind are kept for the test.</summary>
public sealed record StageNotFilledAnswer(string Stage, int MissingGood, int MissingAnomalies);

/// <summary>An experiment with its table as far as it is done.</summary>
public sealed record StageTableAnswer(StagesAnswer Experiment, IReadOnlyList<StageRowAnswer> Rows, IReadOnlyList<StageCellAnswer> Cells);

/// <summary>A detector on a stage: mean over seeds, and against the stage before.</summary>
public sealed record StageRowAnswer(string Model, string Detector, string Stage, string? Before, IReadOnlyDictionary<string, StageValueAnswer> Metrics)
{
    public static StageRowAnswer Of(StageRow row) => new(
        row.Model.Id, TrainingAnswer.NameOf(row.Detector), row.Stage.ToString(), row.Before?.ToString(),
        row.Values.ToDictionary(value => value.Key, value => new StageValueAnswer(
            value.Value.Mean, value.Value.Deviation, value.Value.Seeds, value.Value.Beside,
            row.IsBest.Contains(value.Key), StageDifferenceAnswer.Of(row.AgainstBefore.GetValueOrDefault(value.Key)))));
}

/// <param name="AllPositive">Of F1 only: that of calling everything anomalous.</param>
/// <param name="IsBest">Better than every other row beyond noise.</param>
/// <param name="AgainstBefore">Null: there is no stage before.</param>
public sealed record StageValueAnswer(double Mean, double? Deviation, int Seeds, double? AllPositive, bool IsBest, StageDifferenceAnswer? AgainstBefore);

/// <summary>A paired difference over seeds with its 95 % interval.</summary>
/// <param name="IsClear">The interval leaves out 0.</param>
public sealed record StageDifferenceAnswer(double Mean, double? Low, double? High, bool IsClear)
{
    public static StageDifferenceAnswer? Of(PairedDifference? difference) =>
        difference is null ? null : new(difference.Mean, difference.Interval?.Low, difference.Interval?.High, difference.IsClear);
}

/// <summary>One draw of one stage.</summary>
public sealed record StageCellAnswer(
    string Model, string Detector, string Stage, int Seed, double? Threshold,
    int TestedGood, int TestedAnomalies, IReadOnlyDictionary<string, double?> Metrics)
{
    public static StageCellAnswer Of(StageCellKey key, StageFigures figures) => new(
        key.ModelId, TrainingAnswer.NameOf(key.Detector), key.Stage.ToString(), key.Seed, figures.Threshold, figures.TestedGood, figures.TestedAnomalies,
        StageMetric.All.ToDictionary(metric => metric.Key, metric => metric.Value(figures)));

    public static IReadOnlyList<StageCellAnswer> All(StageTable table) =>
    [
        .. table.Cells.OrderBy(cell => cell.Key.ModelId, StringComparer.Ordinal).ThenBy(cell => cell.Key.Detector)
            .ThenBy(cell => cell.Key.Stage.Anomalies)
            .ThenBy(cell => cell.Key.Stage.Good)
            .ThenBy(cell => cell.Key.Seed)
            .Select(cell => Of(cell.Key, cell.Value)),
    ];
}

