using AdClip.Vision.GroundTruth;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.GroundTruth;

/// <summary>Arbitrary valid ground truth, with awkward names, fractions, overlaps and unknown fields.</summary>
internal static class GroundTruthSamples
{
    private static readonly Gen<string> Names = Gen.Elements(
        "scratch", "긁힘", "a,b", "say \"x\"", "=1+1", "'quoted", "'=x", "-", " padded ", "a\\b", "é😀", "@cmd", "null", "0", "</script>");

    private static readonly Gen<string?> Unknowns = Gen.Elements<string?>(
        null, null, """{"note":"밤, \"2\""}""", """{"score":0.1,"tags":[1,null,{"a":true}]}""");

    public static Arbitrary<ProjectGroundTruth> Projects { get; } = Arb.From(
        from name in Names
        from images in Image().ListOf().Resize(6)
        from unknown in Unknowns
        select new ProjectGroundTruth
        {
            Project = name,
            Classes = [new DefectClass("scratch", "#ff0000", "1"), new DefectClass("긁힘", "#00ff00", null)],
            Images = [.. images.Select((image, index) => image with { File = $"{index}/{image.File}" })],
            UnknownFields = unknown,
        });

    private static Gen<ImageGroundTruth> Image() =>
        from file in Names
        from width in Gen.Choose(1, 300)
        from height in Gen.Choose(1, 300)
        from label in Gen.Elements(ImageLabel.Unlabelled, ImageLabel.Good, ImageLabel.Anomaly)
        from shapes in Shape(width, height).ListOf().Resize(5)
        from unknown in Unknowns
        from known in Gen.Elements("", new string('a', 64))
        select new ImageGroundTruth
        {
            File = file,
            Sha256 = known,
            Width = width,
            Height = height,
            Label = label,
            UnknownFields = unknown,
            Shapes = label == ImageLabel.Good ? [] : [.. shapes.Select((shape, index) => shape with { Id = $"{shape.Id}{index}" })],
        };

    private static Gen<Shape> Shape(int width, int height)
    {
        var x = Within(width);
        var y = Within(height);
        var rectangle =
            from x1 in x
            from x2 in x
            from y1 in y
            from y2 in y
            select x1 == x2 || y1 == y2
                ? new ImageRectangle(0, 0, width, height)
                : new ImageRectangle(Math.Min(x1, x2), Math.Min(y1, y2), Math.Abs(x1 - x2) / 2, Math.Abs(y1 - y2) / 2);
        var points = (from px in x from py in y select new ImagePoint(px, py)).ListOf(5);
        var mask =
            from seed in Gen.Choose(0, 1_000_000)
            from density in Gen.Elements(0.0, 0.01, 0.5, 1.0)
            select RandomMask(width, height, seed, density);
        return
            from id in Names
            from className in Names
            from author in Gen.OneOf(Names, Gen.Constant(""))
            from ticks in Gen.Choose(0, int.MaxValue)
            from timed in Gen.Elements(true, false)
            from provenance in Gen.Elements(Provenance.Human, Provenance.Model, Provenance.Edited)
            from unknown in Unknowns
            from shape in Gen.OneOf<Shape>(
                from box in rectangle select (Shape)new BoxShape { Id = id, ClassName = className, Box = box },
                from box in rectangle select (Shape)new EllipseShape { Id = id, ClassName = className, Box = box },
                from corners in points select (Shape)new PolygonShape { Id = id, ClassName = className, Points = [.. corners] },
                from pixels in mask select (Shape)new MaskShape { Id = id, ClassName = className, Mask = pixels })
            select shape with
            {
                Author = author,
                Time = timed ? new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.FromHours(9)).AddTicks(ticks * 1000L) : null,
                Provenance = provenance,
                UnknownFields = unknown,
            };
    }

    private static Gen<double> Within(int side) =>
        from thousandths in Gen.Choose(0, 1_000_000)
        from whole in Gen.Elements(true, false)
        select whole ? Math.Floor(thousandths / 1e6 * side) : thousandths / 1e6 * side;

    private static Mask RandomMask(int width, int height, int seed, double density)
    {
        var random = new Random(seed);
        var mask = new Mask(width, height);
        mask[random.Next(width), random.Next(height)] = true;
        for (var i = 0; i < width * height * density; i++)
        {
            mask[random.Next(width), random.Next(height)] = true;
        }
        return mask;
    }
}
