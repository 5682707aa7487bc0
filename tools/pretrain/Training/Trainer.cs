using System.Diagnostics;
using System.Numerics.Tensors;
using AdClip.Pretrain.Generation;
using AdClip.Vision.Backbones.Clip;

namespace AdClip.Pretrain.Training;

/// <summary>What a training says now and then.</summary>
/// <param name="Rate">Images a second since the last report.</param>
/// <param name="Losses">Mean of each objective since then.</param>
public sealed record TrainingReport(
    int Step, double Progress, TimeSpan Time, int Grid, double Rate, double GradientLength, IReadOnlyDictionary<string, double> Losses);

/// <summary>Trains a model on groups of images. With a number of steps given, the outcome follows from the groups and the seed alone.</summary>
/// <param name="model">Sizes.</param>
/// <param name="plan">How to train.</param>
/// <param name="vocabulary">Of the texts.</param>
/// <param name="types">Kinds of defects.</param>
/// <param name="typeTexts">Draws a text for each.</param>
/// <param name="next">The group for a place of the whole training, counted from 0; asked in order, on one thread.</param>
/// <param name="first">Changes the initial values of a training that begins; null: they stay random.</param>
internal sealed class Trainer(
    ModelShape model, Plan plan, BytePairVocabulary vocabulary, int types, Func<Rng, IReadOnlyList<string>> typeTexts,
    Func<long, TrainingGroup> next, Action<Parameters>? first = null)
{
    private const int ReportEvery = 50;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(5);

    /// <param name="file">The checkpoint: read if it exists and written every few minutes and at the end.</param>
    /// <param name="report">Hears how it goes.</param>
    /// <param name="weights">Of the objectives.</param>
    /// <param name="cancel">Stops after the step under way, with a checkpoint.</param>
    public void Run(string file, ObjectiveWeights weights, Action<TrainingReport> report, CancellationToken cancel)
    {
        var parameters = Parameters.Initial(model, plan.Seed);
        first?.Invoke(parameters);
        var mean = parameters.Copy();
        var adam = new DecoupledAdam(parameters, plan.Decay);
        var begun = File.Exists(file) ? Checkpoint.Read(file, parameters, mean, adam) : 0;
        var tokenizer = new ClipTokenizer(vocabulary, plan.TextLength);
        var watch = Stopwatch.StartNew();
        var (saved, told, seen) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        var progress = begun;
        BatchShape? shape = null;
        TrainingPass[] passes = [];
        Dictionary<string, double> losses = [];
        float[][][] sums = [.. Enumerable.Range(0, plan.Workers).Select(_ => parameters.All.Select(parameter => new float[parameter.Values.Length]).ToArray())];
        try
        {
            while (progress < 1 && !cancel.IsCancellationRequested && watch.Elapsed.TotalMinutes < plan.Minutes)
            {
                var grid = plan.At(progress).Grid;
                if (shape?.Grid != grid)
                {
                    Array.ForEach(passes, pass => pass.Dispose());
                    shape = new BatchShape(plan.Groups, plan.Images, grid, plan.TextLength, types);
                    passes = [.. Enumerable.Range(0, plan.Workers).Select(_ => new TrainingPass(model, shape, parameters, weights))];
                }
                var step = adam.Steps;
                var found = new Dictionary<string, float>[plan.Passes];
                var maker = new BatchMaker(model, shape, tokenizer, typeTexts, plan.Exposures, plan.Looseness);
                TrainingGroup[] groups = [.. Enumerable.Range(0, plan.Passes * plan.Groups).Select(i => next(((long)step * plan.Passes * plan.Groups) + i))];
                // Each worker takes its own passes, in order: sums of floats do not depend on who is first.
                Parallel.For(0, plan.Workers, new ParallelOptions { MaxDegreeOfParallelism = plan.Workers }, worker =>
                {
                    foreach (var sum in sums[worker])
                    {
                        Array.Clear(sum);
                    }
                    for (var pass = worker; pass < plan.Passes; pass += plan.Workers)
                    {
                        var place = ((long)step * plan.Passes) + pass;
                        var rng = new Rng((plan.Seed << 40) ^ (ulong)place);
                        var batch = maker.Make(groups[(pass * plan.Groups)..((pass + 1) * plan.Groups)], rng);
                        found[pass] = passes[worker].Add(parameters, batch, sums[worker]);
                    }
                });
                foreach (var other in sums.Skip(1))
                {
                    for (var p = 0; p < other.Length; p++)
                    {
                        TensorPrimitives.Add(sums[0][p], other[p], sums[0][p]);
                    }
                }
                Array.ForEach(sums[0], sum => TensorPrimitives.Multiply(sum, 1f / plan.Passes, sum));
                var length = adam.Step(parameters, sums[0], plan.RateAt(step, progress));
                var memory = (float)Math.Min(plan.Memory, (1.0 + adam.Steps) / (10 + adam.Steps));
                for (var p = 0; p < parameters.All.Count; p++)
                {
                    var values = mean.All[p].Values;
                    TensorPrimitives.Multiply(values, memory, values);
                    TensorPrimitives.MultiplyAdd(parameters.All[p].Values, 1 - memory, values, values);
                }
                seen++;
                foreach (var (name, value) in found.SelectMany(one => one))
                {
                    losses[name] = losses.GetValueOrDefault(name) + (value / plan.Passes);
                }
                progress = plan.Steps is { } steps ? (double)adam.Steps / steps : begun + ((1 - begun) * watch.Elapsed.TotalMinutes / plan.Minutes);
                if (adam.Steps % ReportEvery == 0)
                {
                    report(new TrainingReport(
                        adam.Steps, progress, watch.Elapsed, grid, seen * plan.Passes * shape.Items / (watch.Elapsed - told).TotalSeconds,
                        length, losses.ToDictionary(loss => loss.Key, loss => loss.Value / seen)));
                    (told, seen, losses) = (watch.Elapsed, 0, []);
                }
                if (watch.Elapsed - saved > SaveEvery)
                {
                    saved = watch.Elapsed;
                    Checkpoint.Write(file, model, parameters, mean, adam, progress);
                }
            }
        }
        finally
        {
            Array.ForEach(passes, pass => pass.Dispose());
        }
        Checkpoint.Write(file, model, parameters, mean, adam, Math.Min(1, progress));
    }
}
