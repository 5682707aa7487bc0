using System.Globalization;
using AdClip.Samples;

// Draws the sample project: brushed steel plates, in the folder layout of MVTec AD. The result is committed, so this
// runs only when the drawings change: dotnet run --project tools/samples data/samples/brushed-steel
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: samples FOLDER");
    return 2;
}
// From plain to see down to hardly visible.
double[] strengths = [1, 0.7, 0.45, 0.3, 0.2, 0.12];
var root = args[0];
for (var i = 0; i < 20; i++)
{
    Write(new Plate(seed: 100 + i), "train/good", i, defect: null);
}
for (var i = 0; i < 12; i++)
{
    // Every third good plate has a harmless mark, as real ones do: what a detector must learn to leave alone.
    var plate = new Plate(seed: 200 + i);
    if (i % 3 == 2)
    {
        plate.AddHarmlessMark();
    }
    Write(plate, "test/good", 20 + i, defect: null);
}
foreach (var (defect, number) in Enum.GetValues<Defect>().Select((defect, number) => (defect, number)))
{
    for (var i = 0; i < 6; i++)
    {
        Write(new Plate(seed: 300 + (20 * number) + i), $"test/{defect.ToString().ToLowerInvariant()}", i, defect);
    }
}
return 0;

void Write(Plate plate, string folder, int number, Defect? defect)
{
    var name = string.Create(CultureInfo.InvariantCulture, $"{(defect is null ? "plate" : defect.ToString()!.ToLowerInvariant())}_{number:000}");
    if (defect is { } kind)
    {
        plate.Add(kind, strengths[number]);
        var masks = Path.Combine(root, "ground_truth", kind.ToString().ToLowerInvariant());
        Directory.CreateDirectory(masks);
        plate.SaveMask(Path.Combine(masks, $"{name}_mask.png"));
    }
    Directory.CreateDirectory(Path.Combine(root, folder));
    plate.Save(Path.Combine(root, folder, $"{name}.jpg"));
}
