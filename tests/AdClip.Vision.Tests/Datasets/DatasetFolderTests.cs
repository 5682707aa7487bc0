using AdClip.Vision.Datasets;

namespace AdClip.Vision.Tests.Datasets;

public sealed class DatasetFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-data").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_MvtecProduct_PartsLabelsAndMasksByName()
    {
        Make(
            "nut/train/good/0.png", "nut/test/good/0.png", "nut/test/bent/000.png", "nut/test/bent/001.jpg",
            "nut/ground_truth/bent/001_mask.png", "nut/train/bent/5.bmp", "nut/ground_truth/bent/5.png");

        var images = DatasetFolder.Read(Path.Combine(_folder, "nut"));

        Assert.Equal(
            [
                ("nut/train/bent/5.bmp", DatasetPart.Train, "bent", "nut/ground_truth/bent/5.png"),
                ("nut/train/good/0.png", DatasetPart.Train, null, null),
                // Without a mask: the next image's mask is not taken for it.
                ("nut/test/bent/000.png", DatasetPart.Test, "bent", null),
                ("nut/test/bent/001.jpg", DatasetPart.Test, "bent", "nut/ground_truth/bent/001_mask.png"),
                ("nut/test/good/0.png", DatasetPart.Test, null, null),
            ],
            images.Select(Told));
        Assert.All(images, image => Assert.Equal("nut", image.Product));
    }

    [Fact]
    public void Read_FolderOfProducts_EachOne()
    {
        Make("b/test/good/0.png", "a/train/good/0.png", "notes/readme.png");

        Assert.Equal(["a", "b"], DatasetFolder.Read(_folder).Select(image => image.Product));
    }

    [Fact]
    public void Read_MetaJson_AsItSays()
    {
        Make("nut/test/bent/0.png", "nut/ground_truth/bent/0_mask.png", "nut/test/good/1.png", "nut/train/good/2.png");
        Write("""
            {"train":{"nut":[{"img_path":"nut/train/good/2.png","mask_path":"","cls_name":"nut","specie_name":"","anomaly":0}]},
             "test":{"nut":[{"img_path":"nut/test/bent/0.png","mask_path":"nut/ground_truth/bent/0_mask.png","cls_name":"nut","specie_name":"bent","anomaly":1},
                            {"img_path":"nut/test/good/1.png","mask_path":"","cls_name":"nut","specie_name":"good","anomaly":0}]}}
            """);

        Assert.Equal(
            [
                ("nut/train/good/2.png", DatasetPart.Train, null, null),
                ("nut/test/bent/0.png", DatasetPart.Test, "bent", "nut/ground_truth/bent/0_mask.png"),
                ("nut/test/good/1.png", DatasetPart.Test, null, null),
            ],
            DatasetFolder.Read(_folder).Select(Told));
    }

    [Theory]
    [InlineData("""{"test":{"nut":[{"img_path":"../other.png","anomaly":0}]}}""", "outside")]
    [InlineData("""{"test":{"nut":[{"img_path":"/etc/hostname","anomaly":0}]}}""", "outside")]
    [InlineData("""{"test":{"nut":[{"img_path":"gone.png","anomaly":0}]}}""", "not there")]
    [InlineData("""{"test":{"nut":[{"img_path":"gone.png"}]}}""", "AnomalyCLIP")]
    [InlineData("""{"test":[]}""", "AnomalyCLIP")]
    [InlineData("""{"test":""", "AnomalyCLIP")]
    [InlineData("""{}""", "no image")]
    public void Read_BadMetaJson_Refused(string json, string expected)
    {
        Write(json);

        var refusal = Assert.Throws<RefusedInputException>(() => DatasetFolder.Read(_folder));

        Assert.Equal(RefusalCode.DatasetInvalid, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private (string, DatasetPart, string?, string?) Told(DatasetImage image)
        => (
            Path.GetRelativePath(_folder, image.Path),
            image.Part,
            image.DefectClass,
            image.MaskPath is null ? null : Path.GetRelativePath(_folder, image.MaskPath));

    private void Make(params string[] files)
    {
        foreach (var file in files.Select(file => Path.Combine(_folder, file)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, []);
        }
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder, "meta.json"), json);
}
