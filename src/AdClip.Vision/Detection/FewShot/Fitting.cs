using System.Numerics.Tensors;
using AdClip.Vision.Metrics;
using AdClip.Vision.Metrics.Calibration;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>One fit: makes the parts, judges each on images that it did not see, and weighs them.</summary>
internal sealed class Fitting
{
    private const int MostFolds = 5;

    private readonly TextPair _texts;
    private readonly FitContext _model;
    private readonly FitOptions _options;
    private readonly FitImage[] _images;
    private readonly bool[] _anomalous;
    private readonly IProgress<FitProgress>? _progress;
    private readonly CancellationToken _cancel;
    private readonly FoldTexts? _learned;
    private readonly float[] _textDirection;
    private readonly double[]?[] _scores = new double[]?[Enum.GetValues<FitPart>().Length];
    private readonly float[][]?[] _patches = new float[][]?[Enum.GetValues<FitPart>().Length];
    private readonly Dictionary<FitPart, FitReason> _absent = [];
    private readonly int[] _foldOf;

    public Fitting(
        TextPair texts, FitContext model, IReadOnlyList<LabelledTokens> images, FitOptions options,
        FoldTexts? learned, IProgress<FitProgress>? progress, CancellationToken cancel)
    {
        (_texts, _model, _options, _progress, _cancel, _learned) = (texts, model, options, progress, cancel, learned);
        _images = FitImage.From(images, model, options);
        _anomalous = [.. _images.Select(image => image.IsAnomaly)];
        _textDirection = Direction(texts);
        _foldOf = Folds();
    }

    private int Anomalies => _anomalous.Count(truth => truth);

    private int Masks => _images.Count(image => image.Coverage is not null);

    public FittedDetector Run()
    {
        // Texts that were learned from these images say nothing of them: each image is judged by those that did not see it.
        Scorer[] texts = [.. (_learned?.Texts ?? [_texts])
            .Select(pair => new Scorer(_model.EncoderId, _model.Side, _model.Grid, _model.Scheme, pair, (IReadOnlyList<Reference>)[], null))];
        Put(FitPart.Text, i =>
        {
            var seen = texts[_learned is null ? 0 : _foldOf[i]].ScorePatches(_images[i].Tokens, null, _model.Inspected);
            return new PartValues(seen.ZeroShotScore, seen.Patches);
        });
        Report(FitStep.Bank, 0);
        int[] layers = [.. _model.Scheme.FewShotLayers.Union(_model.Scheme.ZeroShotLayers).Order()];
        var goodRows = new BankRows(_model, _images, layers.Length);
        var every = Bank(new BankChoice(layers, 1), _options.NearestImages, (image, rows) => image.IsAnomaly ? null : goodRows.Of(rows, _textDirection.Length));
        var chosen = BankLayers.Choose(_model.Scheme, every, layers, _anomalous);
        var bankChoice = new BankChoice([.. chosen.Select(i => layers[i])], 1);
        var good = every.Of(chosen);
        Put(FitPart.Bank, i => new PartValues(good.Score(i), good.Distances(i, good.LeftOut(i)[0])));
        var usual = Usual();
        if (Masks >= 2)
        {
            var defects = Bank(bankChoice, 1, DefectiveRows);
            Put(FitPart.AnomalyBank, i => Nearness(i, good, defects, usual));
        }
        else
        {
            _absent[FitPart.AnomalyBank] = FitReason.TooFewMasks;
        }
        Report(FitStep.Heads, 0);
        HeadFolds? patchHead = null, imageHead = null;
        if (Anomalies >= 2)
        {
            var layer = layers[0];
            float[][]? foldDirections = _learned is null ? null : [.. _learned.Texts.Select(Direction)];
            var rows = _images.Select(image => PatchRows.Unit(image.Tokens, layer, 1)).ToArray();
            if (Masks >= 2)
            {
                patchHead = new HeadFolds(
                    _textDirection, _foldOf, _anomalous, (i, moments) => AddPatches(moments, rows[i], _images[i]),
                    (i, head) => _model.Pool(head.Values(rows[i])), foldDirections);
                var byFold = Enumerable.Range(0, _foldOf.Max() + 1).Select(patchHead.Without).ToArray();
                Put(FitPart.PatchHead, i =>
                {
                    var values = byFold[_foldOf[i]].Values(rows[i]);
                    return new PartValues(_model.Pool(values), values);
                });
            }
            else
            {
                _absent[FitPart.PatchHead] = FitReason.TooFewMasks;
            }
            var means = rows.Select(all => PatchRows.Mean(_model.InspectedRows(all), _textDirection.Length)).ToArray();
            imageHead = new HeadFolds(
                _textDirection, _foldOf, _anomalous, (i, moments) => (_anomalous[i] ? moments.Defective : moments.Good).Add(means[i], 1),
                (i, head) => head.Values(means[i])[0], foldDirections);
            var ofImages = Enumerable.Range(0, _foldOf.Max() + 1).Select(imageHead.Without).ToArray();
            Put(FitPart.ImageHead, i => new PartValues(ofImages[_foldOf[i]].Values(means[i])[0], null));
        }
        else
        {
            _absent[FitPart.PatchHead] = _absent[FitPart.ImageHead] = FitReason.TooFewAnomalies;
        }
        Report(FitStep.Fusion, 0);
        var parts = Parts(bankChoice, goodRows, layers[0], usual, patchHead, imageHead);
        SwitchOff();
        double[] ruled = Ruled();
        int[] all = [.. Enumerable.Range(0, _images.Length)];
        var fusion = Fusion.From(_scores, _anomalous, all, ruled);
        // The score of an image comes from weights that were chosen without its fold.
        var nested = Enumerable.Range(0, _foldOf.Max() + 1)
            .Select(fold => Fusion.From(_scores, _anomalous, [.. all.Where(i => _foldOf[i] != fold)], ruled))
            .ToArray();
        double[] outOfFold = [.. all.Select(i => nested[_foldOf[i]].Score(part => _scores[part]![i]))];
        var map = MapScale.From(_patches, [.. _images.Select(image => PatchTruth.Of(image, _model))], fusion.Weights);
        Report(FitStep.Calibration, 0);
        var calibration = Anomalies >= 2 ? ScoreCalibration.Fit(outOfFold, _anomalous) : null;
        var classes = calibration is null ? null : LearnedClasses.From(layers[0], _images, _model, i => map.Shown(part => _patches[part]![i]));
        return new FittedDetector(
            parts, fusion, map, calibration, classes,
            Report(fusion, outOfFold, bankChoice, patchHead is null ? imageHead?.Strength(-1) : patchHead.Strength(-1)));
    }

    internal double[]?[] Scores => _scores;

    internal FitImage[] Images => _images;

    private FitReport Report(Fusion fusion, double[] outOfFold, BankChoice bank, double? strength)
    {
        var curve = PrecisionRecallCurve.FromScores(outOfFold, _anomalous);
        var best = curve.BestF1;
        return new FitReport
        {
            Scores = [.. _images.Select((image, i) => new OutOfFoldScore(image.Sha256, image.IsAnomaly, outOfFold[i]))],
            Parts = [.. Enum.GetValues<FitPart>().Select(part => PartReport(part, fusion))],
            BankLayers = bank.Layers,
            BankRadius = bank.Radius,
            HeadStrength = strength,
            AreaUnderRoc = curve.AreaUnderRoc,
            AveragePrecision = curve.AveragePrecision,
            F1 = best?.Counts.F1,
            Threshold = best?.Threshold,
            Calibration = CalibrationOf(outOfFold),
        };
    }

    private CalibrationReport CalibrationOf(double[] outOfFold)
    {
        if (Anomalies < 2)
        {
            return new CalibrationReport(0, null, null);
        }
        var error = CalibrationError.Of(ScoreCalibration.OutOfFold(outOfFold, _anomalous, MostFolds, _options.Seed), _anomalous);
        return new CalibrationReport(outOfFold.Length, error.Expected, error.Brier);
    }

    private PartReport PartReport(FitPart part, Fusion fusion)
    {
        var weight = fusion.Weights[(int)part];
        var standard = fusion.Standards[(int)part];
        var reason = _absent.TryGetValue(part, out var why) ? why
            : Anomalies == 0 ? FitReason.ModelRule
            : weight > 0 ? FitReason.Measured
            : FitReason.NoBetterThanChance;
        double? area = _scores[(int)part] is { } scores && Anomalies > 0
            ? Separation.AreaUnderRoc([.. scores.Where((_, i) => !_anomalous[i])], [.. scores.Where((_, i) => _anomalous[i])])
            : null;
        return new PartReport(part, weight, reason, area, standard.Mean, standard.Deviation);
    }

    // Without anomalies nothing can be measured; the model says how text and bank are weighed.
    private double[] Ruled()
    {
        var few = _model.Scheme.FewShotScoreWeight;
        var ruled = new double[_scores.Length];
        ruled[(int)FitPart.Bank] = _scores[(int)FitPart.Bank] is null ? 0 : few;
        ruled[(int)FitPart.Text] = _scores[(int)FitPart.Text] is null ? 0 : 1 - few;
        if (ruled.Sum() <= 0)
        {
            // Only one of them is wanted, and it is the one that the model does not weigh.
            ruled[(int)(_scores[(int)FitPart.Text] is null ? FitPart.Bank : FitPart.Text)] = 1;
        }
        return ruled;
    }

    private void SwitchOff()
    {
        foreach (var (part, used) in (IReadOnlyList<(FitPart, bool)>)[
            (FitPart.Text, _options.UseText), (FitPart.Bank, _options.UseBank), (FitPart.PatchHead, _options.UseHeads),
            (FitPart.ImageHead, _options.UseHeads), (FitPart.AnomalyBank, _options.UseAnomalyBank)])
        {
            if (!used)
            {
                _scores[(int)part] = null;
                _absent[part] = FitReason.SwitchedOff;
            }
        }
        if (_scores[(int)FitPart.Text] is null && _scores[(int)FitPart.Bank] is null)
        {
            throw new ArgumentException("A fit uses the texts or the bank, or both.");
        }
    }

    private FittedParts Parts(BankChoice bank, BankRows goodRows, int headLayer, float usual, HeadFolds? patchHead, HeadFolds? imageHead)
    {
        var width = _texts.Normal.Length;
        BankMember[] good = [.. _images.Where(image => !image.IsAnomaly).SelectMany(image => image.Views.Select(
            view => new BankMember(image.Sha256, [.. bank.Layers.Select(layer => goodRows.Of(PatchRows.Of(view, layer, bank.Radius), width))])))];
        BankMember[] defects = [.. _images.Where(image => image.Coverage is not null).Select(
            image => new BankMember(image.Sha256, [.. bank.Layers.Select(layer => DefectiveRows(image, PatchRows.Of(image.Tokens, layer, bank.Radius))!)]))];
        return new FittedParts(
            _model, _texts, bank,
            new PatchBank(width, bank.Layers.Count, _options.NearestImages, good),
            new PatchBank(width, bank.Layers.Count, 1, defects),
            new PatchBank(width, bank.Layers.Count, 1, []),
            usual)
        {
            PatchHead = Fitted(patchHead, headLayer),
            ImageHead = Fitted(imageHead, headLayer),
        };
    }

    private FittedHead? Fitted(HeadFolds? folds, int layer)
    {
        if (folds is null)
        {
            return null;
        }
        var (moments, strength) = (folds.All, folds.Strength(-1));
        return new FittedHead(layer, strength, moments, LinearHead.Fit(moments, _textDirection, strength));
    }

    private PartValues Nearness(int image, FitBank good, FitBank defects, float usual)
    {
        List<float[]> all = [];
        foreach (var withoutGood in good.LeftOut(image))
        {
            foreach (var withoutDefect in defects.LeftOut(image))
            {
                all.Add(DefectNearness.Values(good.Distances(image, withoutGood), defects.Distances(image, withoutDefect), usual));
            }
        }
        return new PartValues(all.Average(_model.Pool), all[0]);
    }

    private float Usual()
    {
        float[] distances = [.. _images.Index()
            .Where(image => !image.Item.IsAnomaly)
            .SelectMany(image => PatchTruth.Of(image.Item, _model).Good.Select(patch => _patches[(int)FitPart.Bank]![image.Index][patch]))];
        Array.Sort(distances);
        return distances[distances.Length / 2];
    }

    private FitBank Bank(BankChoice choice, int mean, Func<FitImage, float[], float[]?> rows) => new(_images, choice, mean, rows, _model.Pool, _cancel);

    private float[]? DefectiveRows(FitImage image, float[] rows)
    {
        var width = image.Tokens.Width;
        return image.Coverage is null ? null : [.. PatchTruth.Of(image, _model).Defective.SelectMany(patch => rows.AsSpan(patch * width, width).ToArray())];
    }

    private void AddPatches(HeadMoments moments, float[] rows, FitImage image)
    {
        var width = image.Tokens.Width;
        if (!image.IsAnomaly)
        {
            var inspected = _model.InspectedRows(rows);
            for (var at = 0; at < inspected.Length; at += width)
            {
                moments.Good.Add(inspected.AsSpan(at, width), 1);
            }
        }
        else if (image.Coverage is { } coverage)
        {
            var all = TensorPrimitives.Sum<float>(coverage);
            for (var patch = 0; patch < coverage.Length; patch++)
            {
                var row = rows.AsSpan(patch * width, width);
                if (coverage[patch] > 0)
                {
                    moments.Defective.Add(row, coverage[patch] / all);
                }
                else if (_model.Inspected is not { } inspected || inspected[patch] > 0)
                {
                    moments.Good.Add(row, 1);
                }
            }
        }
    }

    private void Put(FitPart part, Func<int, PartValues> values)
    {
        var made = new PartValues[_images.Length];
        Parallel.For(
            0, made.Length, new ParallelOptions { CancellationToken = _cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i => made[i] = values(i));
        _scores[(int)part] = [.. made.Select(value => value.Score)];
        _patches[(int)part] = made[0].Patches is null ? null : [.. made.Select(value => value.Patches!)];
    }

    private void Report(FitStep step, double done) => _progress?.Report(new FitProgress(step, done));

    private static float[] Direction(TextPair texts)
    {
        var direction = new float[texts.Normal.Length];
        TensorPrimitives.Subtract<float>(texts.Abnormal, texts.Normal, direction);
        return direction;
    }

    // Good images and every class of defects are dealt out evenly; images that texts were learned from stay in the folds of those.
    private int[] Folds()
    {
        if (_learned is { } learned)
        {
            var others = 0;
            return [.. _images.Select(image => learned.FoldOf.TryGetValue(image.Sha256, out var fold) ? fold : others++ % learned.Texts.Count)];
        }
        var folds = new int[_images.Length];
        var least = Math.Min(_anomalous.Count(truth => !truth), Anomalies >= 2 ? Anomalies : int.MaxValue);
        var count = Math.Min(MostFolds, least);
        var next = 0;
        var random = new Random(_options.Seed);
        foreach (var kind in _images.Index()
            .GroupBy(image => (image.Item.IsAnomaly, image.Item.Class))
            .OrderBy(kind => kind.Key.IsAnomaly)
            .ThenBy(kind => kind.Key.Class, StringComparer.Ordinal))
        {
            int[] members = [.. kind.Select(image => image.Index)];
            random.Shuffle(members);
            foreach (var member in members)
            {
                folds[member] = next++ % count;
            }
        }
        return folds;
    }
}
