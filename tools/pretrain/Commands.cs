using System.Globalization;
using System.Runtime.InteropServices;
using AdClip.Pretrain.Export;
using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;
using AdClip.Pretrain.Words;

namespace AdClip.Pretrain;

/// <summary>What can be asked of the recipe, with its options.</summary>
internal static class Commands
{
    private const string Usage = """
        usage: adclip-pretrain COMMAND --option value ...
          vocabulary --out FOLDER [--merges N]
          train --out FILE --vocabulary FOLDER [--from FOLDER] [--minutes N] [--steps N] [--seed N] [--workers N]
                [--patch N] [--size N] [--width N] [--blocks N] [--dual N]
                [--phases GRID:SHARE,...] [--groups N] [--images N] [--passes N] [--rate X] [--exposures X] [--looseness X]
                [--side N] [--objects X] [--registered X] [pictures] [--weight-OBJECTIVE X ...]
          blend --checkpoint FILE --vocabulary FOLDER --with FOLDER [--share X] --out FILE
          export --checkpoint FILE --settings FILE --out FOLDER
          expected --checkpoint FILE --model FOLDER --data FOLDER --out FILE
          datasets --out FOLDER [--products N] [pictures]
          sheet --out FILE [--seed N] [--groups N] [--side N] [--each-from N] [pictures]
          speed [--seed N] [--groups N] [--side N] [pictures]
          stats [--seed N] [--groups N] [--side N] [pictures]
        pictures: [--family KEY] [--defect TYPE] [--without TYPE,...] [--clarity X]
        objectives: map, map-image, near, near-image, cells, type, class, image, caption
        """;

    /// <returns>The exit code.</returns>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public static int Run(IReadOnlyList<string> words)
    {
        var arguments = new Arguments([.. words.Skip(1)]);
        switch (words is [var command, ..] ? command : null)
        {
            case "vocabulary":
                var (vocabulary, merges) = (arguments.Required("--out"), arguments.Number("--merges", 3000));
                arguments.Finish();
                Recipe.Vocabulary(vocabulary, merges);
                return 0;
            case "train":
                Train(arguments);
                return 0;
            case "blend":
                var (trained, known, other, share, blended) = (
                    arguments.Required("--checkpoint"), arguments.Required("--vocabulary"),
                    arguments.Required("--with"), arguments.Share("--share", 0.5f), arguments.Required("--out"));
                arguments.Finish();
                Blend.Write(trained, VocabularyTrainer.Words(known), other, share, blended);
                return 0;
            case "export":
                var (checkpoint, settings, model) = (arguments.Required("--checkpoint"), arguments.Required("--settings"), arguments.Required("--out"));
                arguments.Finish();
                Recipe.Export(checkpoint, File.ReadAllText(settings), model);
                return 0;
            case "expected":
                var (source, folder, data, file) =
                    (arguments.Required("--checkpoint"), arguments.Required("--model"), arguments.Required("--data"), arguments.Required("--out"));
                arguments.Finish();
                ExpectedScores.Write(source, folder, data, file);
                return 0;
            case "datasets":
                var (sets, products, pictures) = (arguments.Required("--out"), arguments.Number("--products", 15), Pictures(arguments));
                arguments.Finish();
                Recipe.DataSets(sets, products, pictures);
                return 0;
            case "sheet":
                Sheet(arguments);
                return 0;
            case "speed":
                return Measure(arguments, 60, Speed.Measure);
            case "stats":
                return Measure(arguments, 200, (side, groups, seed, shown) => DefectStatistics.Print(side, groups, seed, shown with { Twins = true }));
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static void Train(Arguments arguments)
    {
        var (patch, size) = (arguments.Number("--patch", 16), arguments.Number("--size", 224));
        var (width, blocks, dual) = (arguments.Number("--width", 192), arguments.Number("--blocks", 8), arguments.Number("--dual", 4));
        Phase[] phases = [.. (arguments.Text("--phases") ?? "14:1").Split(',').Select(Phase)];
        var plan = new Plan { Phases = phases, Seed = (ulong)arguments.Number("--seed", 1) };
        plan = plan with
        {
            Groups = arguments.Number("--groups", plan.Groups),
            Images = arguments.Number("--images", plan.Images),
            Passes = arguments.Number("--passes", plan.Passes),
            Workers = arguments.Number("--workers", plan.Workers),
            Rate = arguments.Share("--rate", (float)plan.Rate),
            Exposures = arguments.Share("--exposures", plan.Exposures),
            Looseness = arguments.Share("--looseness", plan.Looseness),
            Minutes = arguments.Number("--minutes", (int)plan.Minutes),
            Steps = arguments.Has("--steps") ? arguments.Number("--steps", 0) : null,
        };
        var usual = new ObjectiveWeights();
        float Weight(string objective, float otherwise) => arguments.Share("--weight-" + objective, otherwise);
        var weights = new ObjectiveWeights
        {
            Map = Weight("map", usual.Map),
            MapImage = Weight("map-image", usual.MapImage),
            Near = Weight("near", usual.Near),
            NearImage = Weight("near-image", usual.NearImage),
            Cells = Weight("cells", usual.Cells),
            Type = Weight("type", usual.Type),
            Class = Weight("class", usual.Class),
            Image = Weight("image", usual.Image),
            Caption = Weight("caption", usual.Caption),
        };
        var pictures = Pictures(arguments);
        pictures =
            pictures with { Objects = arguments.Share("--objects", pictures.Objects), Registered = arguments.Share("--registered", pictures.Registered) };
        var (file, vocabulary, from, side) =
            (arguments.Required("--out"), arguments.Required("--vocabulary"), arguments.Text("--from"), arguments.Number("--side", Recipe.Side));
        arguments.Finish();

        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        ModelShape Shape(int entries) => new()
        {
            ImageSize = size,
            Patch = patch,
            Width = width,
            Blocks = blocks,
            DualBlocks = dual,
            FeatureBlocks = [4, 6, 8],
            Embed = 128,
            TextWidth = 128,
            TextBlocks = 3,
            Context = 77,
            Vocabulary = entries,
        };
        Recipe.Train(file, vocabulary, from, side, Shape, plan, pictures, weights, stop.Token);
    }

    private static Phase Phase(string text) =>
        text.Split(':') is [var grid, var share] && int.TryParse(grid, CultureInfo.InvariantCulture, out var patches)
            && double.TryParse(share, CultureInfo.InvariantCulture, out var part)
            ? new Phase(patches, part)
            : throw new ArgumentException($"--phases has \"{text}\"; give patches along a side and share of the training, such as 8:0.2,14:0.8.");

    private static void Sheet(Arguments arguments)
    {
        var (generator, seed, count) =
            (new GroupGenerator(arguments.Number("--side", Recipe.Side)), (ulong)arguments.Number("--seed", 1), arguments.Number("--groups", 6));
        int? first = arguments.Has("--each-from") ? arguments.Number("--each-from", 0) : null;
        var (file, pictures) = (arguments.Required("--out"), Pictures(arguments));
        arguments.Finish();
        ProductGroup[] groups = [.. Enumerable.Range(0, count).Select(i => first is { } start
            ? generator.Draw((seed * 1000) + (ulong)(start + i), pictures with { Family = key => key == Families.All[(start + i) % Families.All.Count].Key })
            : generator.Draw(seed + (ulong)i, pictures))];
        ContactSheet.Save(file, groups);
        foreach (var group in groups)
        {
            var images = group.Images.OrderByDescending(image => image.IsGood).Select(image => image.IsGood ? "good" : string.Join('+', image.Defects));
            Console.WriteLine($"{group.Seed}: {group.Family}{(group.Registered ? ", registered" : "")}: {string.Join(" | ", images)}");
        }
    }

    private static int Measure(Arguments arguments, int usual, Func<int, int, ulong, GroupSettings, int> measure)
    {
        var (side, groups, seed, pictures) =
            (arguments.Number("--side", Recipe.Side), arguments.Number("--groups", usual), (ulong)arguments.Number("--seed", 1), Pictures(arguments));
        arguments.Finish();
        return measure(side, groups, seed, pictures);
    }

    private static GroupSettings Pictures(Arguments arguments)
    {
        var (family, defect, without) = (arguments.Text("--family"), arguments.Text("--defect"), arguments.Text("--without")?.Split(','));
        return new GroupSettings
        {
            Clarity = arguments.Share("--clarity", 0),
            Family = family is null ? null : key => key == family,
            Defect = defect is null && without is null
                ? null
                : type => (defect is null || type.ToString() == defect) && without?.Contains(type.ToString()) != true,
        };
    }
}
