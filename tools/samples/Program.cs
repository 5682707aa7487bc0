using System.Globalization;
using AdClip.Samples;

// Draws the sample project: brushed steel plates, in the folder layout of MVTec AD. The result is committed, so this
// runs only when the drawings change: dotnet run --project tools/samples data/samples/brushed-steel
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: samples FOLDER");
    return 2;
}
var root = args[0];
for (var i = 0; i < 20; i++)
{
    Write(new Plate(seed: 100 + i), "train/good", i, defect: null);
}
for (var i = 0; i < 8; i++)
{
    Write(new Plate(seed: 200 + i), "test/good", 20 + i, defect: null);
}
foreach (var (defect, number) in Enum.GetValues<Defect>().Select((defect, number) => (defect, number)))
{
    for (var i = 0; i < 4; i++)
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
        plate.Add(kind);
        var masks = Path.Combine(root, "ground_truth", kind.ToString().ToLowerInvariant());
        Directory.CreateDirectory(masks);
        plate.SaveMask(Path.Combine(masks, $"{name}_mask.png"));
    }
    Directory.CreateDirectory(Path.Combine(root, folder));
    plate.Save(Path.Combine(root, folder, $"{name}.jpg"));
}
