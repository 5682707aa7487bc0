using System.Globalization;
using System.Runtime.InteropServices;
using AdClip.Pretrain;
using AdClip.Pretrain.Export;
using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;

// The recipe of the embedded model. See README.md.
var options = new Dictionary<string, string>();
for (var i = 1; i + 1 < args.Length; i += 2)
{
    options[args[i]] = args[i + 1];
}

double Share(string name, double otherwise) => options.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
float Weight(string name, float otherwise) => (float)Share("--weight-" + name, otherwise);
int Number(string name, int otherwise) => options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

var settings = new GroupSettings
{
    Clarity = (float)Share("--clarity", 0),
    Family = options.TryGetValue("--family", out var family) ? key => key == family : null,
    Defect = options.TryGetValue("--defect", out var defect) ? type => type.ToString() == defect
        : options.TryGetValue("--without", out var without) ? type => !without.Split(',').Contains(type.ToString()) : null,
};
switch (args.FirstOrDefault())
{
    case "sheet":
        var generator = new GroupGenerator(Number("--side", 256));
        var first = (ulong)Number("--seed", 1);
        var start = Number("--from", 0);
        var groups = Enumerable.Range(start, Number("--groups", 6)).Select(i => options.ContainsKey("--from")
            ? generator.Draw((first * 1000) + (ulong)i, settings with { Family = key => key == Families.All[i % Families.All.Count].Key })
            : generator.Draw(first + (ulong)i, settings)).ToArray();
        ContactSheet.Save(options.GetValueOrDefault("--out", "sheet.png"), groups);
        foreach (var group in groups)
        {
            Console.WriteLine($"{group.Seed}: {group.Family}{(group.Registered ? ", registered" : "")}: {string.Join(" | ", group.Images.OrderByDescending(image => image.IsGood).Select(image => image.IsGood ? "good" : string.Join('+', image.Defects)))}");
        }
        return 0;
    case "vocabulary":
        Recipe.Vocabulary(options["--out"], Number("--merges", 3000));
        return 0;
    case "train":
        using (var stop = new CancellationTokenSource())
        {
            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            var patch = Number("--patch", 16);
            var size = Number("--size", 224);
            Phase[] phases = [.. options.GetValueOrDefault("--phases", "14:1").Split(',').Select(part => part.Split(':')).Select(part => new Phase(int.Parse(part[0], CultureInfo.InvariantCulture), double.Parse(part[1], CultureInfo.InvariantCulture)))];
            Recipe.Train(
                options["--out"], options["--vocabulary"], options.GetValueOrDefault("--from"),
                entries => new ModelShape(size, patch, Number("--width", 192), Number("--blocks", 8), Number("--dual", 4), [4, 6, 8], 128, 128, 3, 77, entries),
                new Plan(phases, Groups: Number("--groups", 2), Images: Number("--images", 4), Rate: Share("--rate", 1e-3), Exposures: (float)Share("--exposures", 1), Looseness: (float)Share("--looseness", 1), Passes: Number("--passes", 4), Workers: Number("--workers", 2), Minutes: Number("--minutes", 60), Seed: (ulong)Number("--seed", 1), Steps: options.ContainsKey("--steps") ? Number("--steps", 0) : null),
                settings with { Objects = (float)Share("--objects", 0.4), Registered = (float)Share("--registered", 0.6) },
                new ObjectiveWeights(Weight("map", 2), Weight("map-image", 0.5f), Weight("near", 2), Weight("near-image", 0.2f), Weight("cells", 1), Weight("type", 0.15f), Weight("class", 0.3f), Weight("image", 0.15f), Weight("caption", 0.15f)), stop.Token);
        }
        return 0;
    case "datasets":
        Recipe.DataSets(options["--out"], Number("--products", 15), settings.Clarity);
        return 0;
    case "export":
        Recipe.Export(options["--checkpoint"], File.ReadAllText(options["--settings"]), options["--out"]);
        return 0;
    case "expected":
        ExpectedScores.Write(options["--checkpoint"], options["--model"], options["--data"], options["--out"]);
        return 0;
    case "speed":
        return Speed.Measure(Number("--side", 256), Number("--groups", 60), (ulong)Number("--seed", 1), settings);
    case "stats":
        return DefectStatistics.Print(Number("--side", 256), Number("--groups", 200), (ulong)Number("--seed", 1), settings with { Twins = true });
    default:
        Console.Error.WriteLine("usage: adclip-pretrain vocabulary --out FOLDER [--merges N] | train --out FILE --vocabulary FOLDER [--from FOLDER] [--minutes N | --steps N] [--patch N] [--size N] [--phases GRID:SHARE,...] [--width N] [--blocks N] [--dual N] [--groups N] [--images N] [--passes N] [--workers N] [--rate X] [--exposures X] [--looseness X] [--clarity X] [--objects X] [--registered X] [--without TYPE,...] [--weight-OBJECTIVE X] [--seed N] | export --checkpoint FILE --settings FILE --out FOLDER | expected --checkpoint FILE --model FOLDER --data FOLDER --out FILE | datasets --out FOLDER [--products N] [--clarity X] | sheet [--seed N] [--groups N] [--side N] [--family KEY] [--defect TYPE] [--out FILE] | speed [--groups N] [--side N] [--family KEY] | stats [--groups N] [--side N] [--family KEY]");
        return 2;
}
