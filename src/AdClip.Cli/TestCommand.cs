using System.CommandLine;
using AdClip.Vision;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Cli;

/// <summary><c>adclip test</c>: how well a detector does on the test images of a data set.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptOptions();
        var data = new Option<string>("--data_path", "--data-path")
        {
            Description = "Data set: MVTec-AD layout, or a folder with AnomalyCLIP's meta.json",
            Required = true,
        };
        var products = new Option<string[]>("--dataset") { Description = "Only these products of the data set", AllowMultipleArgumentsPerToken = true };
        var references = new Option<string[]>("--reference")
        {
            Description = "Good images to compare with: a folder (with one folder a product, if there are several), or files",
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<string?>("--json") { Description = "File for all figures" };
        var kept = new Option<string?>("--tokens") { Description = "Folder where tokens are kept for the next time; by default a temporary one" };
        var shots = new Option<string[]>("--shots")
        {
            Description = "Stages to learn from and compare, defective + good images: 10+4,10+10,10+110",
            AllowMultipleArgumentsPerToken = true,
        };
        shots.Validators.Add(result =>
        {
            if (result.Tokens.SelectMany(token => token.Value.Split(',')).Any(text => Stage.Parse(text) is null))
            {
                result.AddError($"--shots needs stages such as 10+4,10+110; got '{string.Join(' ', result.Tokens)}'.");
            }
        });
        var seeds = new Option<int>("--seeds") { Description = "How often the images of the stages are drawn anew", DefaultValueFactory = _ => 5 };
        seeds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--seeds needs a number from 1 to 1000.");
            }
        });
        var detectors = new Option<string[]>("--detector")
        {
            Description = $"What learns from the stages: {string.Join(", ", StageScorer.Names)}; by default {StageScorer.Default}, "
                + $"or {StageScorer.OfGoodImages} where the model knows no words",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        detectors.AcceptOnlyFromAmong(StageScorer.Names);
        var share = new Option<double?>("--share")
        {
            Description = "Share of anomalies that F1 of the stages is brought to; by default that of the test images",
        };
        share.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value is > 0 and < 1))
            {
                result.AddError("--share needs a number between 0 and 1.");
            }
        });
        var leftOut = new Option<string[]>("--leave-out")
        {
            Description = "Classes of the data set that are left out, such as images of which nobody is sure",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("test", "Measure AUROC, AP, F1, AUPRO and box precision on the test images of a data set")
        {
            data, products, references, json, kept, shots, seeds, detectors, share, leftOut,
        };
        model.AddAll(command);
        model.AddPrecision(command);
        prompts.Add(command);
        var orientations = new OrientationOption();
        orientations.Add(command);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(shots) is not null && parsed.GetResult(references) is not null)
            {
                parsed.AddError("--shots draws its own good images; leave out --reference.");
            }
            foreach (var option in (IReadOnlyList<Option>)[detectors, seeds, share])
            {
                if (parsed.GetResult(shots) is null && parsed.GetResult(option) is { Implicit: false })
                {
                    parsed.AddError($"{option.Name} says how stages are compared; name them with --shots, as in --shots 10+4,10+110.");
                }
            }
        });
        command.SetAction((parsed, cancel) =>
        {
            var images = DatasetProducts.Without(
                DatasetProducts.Read(parsed.GetRequiredValue(data), parsed.GetValue(products) ?? []), parsed.GetValue(leftOut) ?? []);
            var settings = prompts.Read(parsed);
            using var detector = model.Open(parsed);
            if (detector.Words is not null || settings != new PromptSettings())
            {
                detector.RequireWords().CheckPrompts(settings);
            }
            var temporary = parsed.GetValue(kept) is null ? Directory.CreateTempSubdirectory("adclip-tokens-").FullName : null;
            try
            {
                var tokens = new DatasetTokens(detector, parsed.GetValue(kept) ?? temporary!);
                if (parsed.GetValue(shots) is { Length: > 0 } stages)
                {
                    Stage[] wanted = [.. stages.SelectMany(text => text.Split(',')).Select(text => Stage.Parse(text)!)];
                    string[] named = parsed.GetValue(detectors) is { Length: > 0 } some
                        ? [.. some.Distinct()]
                        : [detector.Words is null ? StageScorer.OfGoodImages : StageScorer.Default];
                    if (named.Any(StageScorer.NeedsWords))
                    {
                        detector.RequireWords().EncodePrompts(settings);
                    }
                    var encoded = Encode(tokens, images, cancel);
                    var table = StageGrid.Measure(
                        new StageInputs(detector, tokens, settings, orientations.Read(parsed)), encoded, [.. wanted.Distinct()],
                        named, parsed.GetValue(seeds), parsed.GetValue(share), cancel);
                    TestReport.Write(table, detector.Model, parsed.GetValue(json));
                }
                else
                {
                    var results = Measure(
                        detector, tokens, settings, orientations.ReadFor(parsed, detector, settings, (parsed.GetValue(references) ?? []).Length),
                        Encode(tokens, [.. images.Where(image => image.Part == DatasetPart.Test)], cancel), parsed.GetValue(references) ?? [], cancel);
                    TestReport.Write(results, detector.Model, settings, parsed.GetValue(json));
                }
            }
            finally
            {
                if (temporary is not null)
                {
                    Directory.Delete(temporary, recursive: true);
                }
            }
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static IReadOnlyList<EncodedImage> Encode(DatasetTokens tokens, IReadOnlyList<DatasetImage> images, CancellationToken cancel)
    {
        using var progress = new Progress("images", images.Count);
        return tokens.Encode(images, done: progress.Step, cancel: cancel);
    }

    private static List<TestedProduct> Measure(
        DetectionModel detector, DatasetTokens tokens, PromptSettings settings, GoodOptions? alone, IReadOnlyList<EncodedImage> images, string[] references,
        CancellationToken cancel)
    {
        if (images.Count == 0)
        {
            throw new RefusedInputException(
                RefusalCode.DatasetInvalid, "The data set has no test images; put them into test/good and test/DEFECT.", "--data_path", "no test images");
        }
        var learned = TrainingFile.ImagesOf(settings.CheckpointFile);
        if (images.Count(image => learned.Contains(image.Sha256)) is > 0 and var seen)
        {
            Console.Error.WriteLine($"adclip: warning: the prompts were learned from {seen} of these {images.Count} images, so the figures flatter");
        }
        var results = new List<TestedProduct>();
        foreach (var product in images.GroupBy(image => image.Image.Product))
        {
            var good = ReferencesOf(product.Key, references);
            var bank = new GoodImage[good.Count];
            Parallel.For(
                0, good.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
                i => bank[i] = detector.OpenGood(good[i].Path, FileHash.Sha256(good[i].Path)));
            ITokenScorer scorer = alone is null
                ? detector.CreateScorer(settings, [.. bank.Select(image => new Reference(image.Sha256, image.Upright))])
                : detector.CreateGoodScorer(bank, alone, cancel: cancel);
            if (scorer is GoodScorer { Report: var report })
            {
                Console.WriteLine($"{product.Key}: {OrientationOption.Sentence(report)}");
            }
            EncodedImage[] tested = [.. product];
            using var progress = new Progress($"{product.Key}: maps", tested.Length);
            results.Add(new TestedProduct(
                product.Key, bank.Length, tested.Count(image => learned.Contains(image.Sha256)),
                ProductResult.Measure(tested, image => scorer.Score(tokens.Load(image), image.Sha256), progress.Step, cancel: cancel)));
        }
        return results;
    }

    private static IReadOnlyList<ImageFile> ReferencesOf(string product, string[] references) => references switch
    {
        [] => [],
        [var one] when Directory.Exists(Path.Combine(one, product)) => ImageFiles.Good([Path.Combine(one, product)]),
        _ => ImageFiles.Good(references),
    };
}
