using System.Text.Json.Nodes;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.GroundTruth;

public sealed class GroundTruthDocumentTests
{
    private static string Sample => File.ReadAllText(
        Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets", "contracts", "imageGroundTruth.json"));

    [Fact]
    public void Json_AnyProject_RoundTripsExactly()
    {
        Prop.ForAll(GroundTruthSamples.Projects, project => GroundTruthJson.ReadProject(GroundTruthJson.Write(project)).Equals(project))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Csv_AnyProject_RoundTripsExactly()
    {
        Prop.ForAll(GroundTruthSamples.Projects, project =>
                GroundTruthCsv.Read(new StringReader(GroundTruthCsv.Write(project.Images))).SequenceEqual(project.Images))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ReadImage_SharedSample_KnowsEveryFieldAndKeepsTheOthers()
    {
        var image = GroundTruthJson.ReadImage(Sample);

        Assert.Equal("lot 7/타일 1.png", image.File);
        Assert.Equal(ImageLabel.Anomaly, image.Label);
        Assert.Equal("""{"shift":"night"}""", image.UnknownFields);
        var box = Assert.IsType<BoxShape>(image.Shapes[0]);
        Assert.Equal(new ImageRectangle(1, 0, 2, 3), box.Box);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 9, 30, 0, 500, TimeSpan.Zero), box.Time);
        Assert.Equal(Provenance.Edited, image.Shapes[1].Provenance);
        Assert.Equal("""{"score":0.75}""", image.Shapes[2].UnknownFields);
        Assert.Equal(new PixelBounds(1, 1, 2, 2), Assert.IsType<MaskShape>(image.Shapes[3]).Mask.Bounds());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Sample), JsonNode.Parse(GroundTruthJson.Write(image))));
    }

    [Fact]
    public void Csv_GoodImage_IsOneRowWithEmptyShapeColumns()
    {
        var csv = GroundTruthCsv.Write([new ImageGroundTruth { File = "a.png", Width = 4, Height = 3, Label = ImageLabel.Good }]);

        Assert.Equal(
            "file,sha256,width,height,label,shape_id,class,kind,x,y,box_width,box_height,points,rle,author,time,provenance,image_extra,shape_extra\r\n"
            + "a.png,,4,3,good,,,,,,,,,,,,,,\r\n",
            csv);
    }

    [Theory]
    [InlineData("not json", null, RefusalCode.GroundTruthNotJson)]
    [InlineData("\"version\": 1", "\"version\": 2", RefusalCode.GroundTruthUnknownSchema)]
    [InlineData("image-ground-truth", "project-ground-truth", RefusalCode.GroundTruthUnknownSchema)]
    [InlineData("\"width\": 4", "\"width\": \"4\"", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("\"width\": 4", "\"width\": 0", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("\"width\": 4", "\"width\": 5", RefusalCode.GroundTruthSizeMismatch)]
    [InlineData("\"width\": 4,", "", RefusalCode.GroundTruthFieldMissing)]
    [InlineData("[1, 0, 2, 3]", "[1, 0, 4, 3]", RefusalCode.GroundTruthOutOfBounds)]
    [InlineData("[1, 0, 2, 3]", "[-0.1, 0, 2, 3]", RefusalCode.GroundTruthOutOfBounds)]
    [InlineData("[1, 0, 2, 3]", "[1, 0, 0, 3]", RefusalCode.GroundTruthEmptyShape)]
    [InlineData("[1, 0, 2, 3]", "[1, 0, 2]", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("[1, 0, 2, 3]", "[1, 0, 1e999, 3]", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("[3.5, 3]", "[3.5, 3.1]", RefusalCode.GroundTruthOutOfBounds)]
    [InlineData(", [3.5, 3]", "", RefusalCode.GroundTruthEmptyShape)]
    [InlineData("\"kind\": \"box\"", "\"kind\": \"circle\"", RefusalCode.GroundTruthUnknownKind)]
    [InlineData("\"id\": \"s2\"", "\"id\": \"s1\"", RefusalCode.GroundTruthDuplicateShape)]
    [InlineData("\"id\": \"s2\"", "\"id\": \"\\ud800\"", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("\"42102\"", "\"4210\"", RefusalCode.RunLengthsWrongTotal)]
    [InlineData("\"42102\"", "\"<\"", RefusalCode.GroundTruthEmptyShape)]
    [InlineData("\"42102\"", "\"42102Q\"", RefusalCode.RunLengthsDamaged)]
    [InlineData("[3, 4]", "[4, 3]", RefusalCode.GroundTruthSizeMismatch)]
    [InlineData("\"anomaly\"", "\"good\"", RefusalCode.GroundTruthGoodWithShapes)]
    [InlineData("\"anomaly\"", "\"bad\"", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("\"2026-11-23T09:31:00Z\"", "\"yesterday\"", RefusalCode.GroundTruthFieldInvalid)]
    [InlineData("e3b0c442", "E3B0C442", RefusalCode.GroundTruthFieldInvalid)]
    public void ReadImage_BrokenRule_IsRefusedWithItsReason(string seen, string? instead, RefusalCode code)
    {
        var document = instead is null ? seen : Sample.Replace(seen, instead, StringComparison.Ordinal);
        Assert.NotEqual(Sample, document);

        var refused = Assert.Throws<RefusedInputException>(() => GroundTruthJson.ReadImage(document));

        Assert.Equal(code, refused.Code);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadImage_TooManyShapes_IsRefused()
    {
        var shapes = string.Join(',', Enumerable.Range(0, GroundTruthLimits.ShapesPerImage + 1)
            .Select(index => $$"""{"id":"{{index}}","class":"c","kind":"box","box":[0,0,1,1]}"""));
        var document = $$"""{"schema":"adclip.image-ground-truth","version":1,"file":"a","width":4,"height":3,"label":null,"shapes":[{{shapes}}]}""";

        var refused = Assert.Throws<RefusedInputException>(() => GroundTruthJson.ReadImage(document));

        Assert.Equal(RefusalCode.GroundTruthTooManyShapes, refused.Code);
    }

    [Fact]
    public void Csv_MissingColumn_IsRefused()
    {
        var refused = Assert.Throws<RefusedInputException>(() => GroundTruthCsv.Read(new StringReader("file,label\r\na.png,good\r\n")));
        Assert.Equal(RefusalCode.CsvColumnMissing, refused.Code);
    }
}
