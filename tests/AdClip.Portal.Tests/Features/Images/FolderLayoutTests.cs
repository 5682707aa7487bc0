using AdClip.Portal.Features.Images;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class FolderLayoutTests
{
    [Theory]
    [InlineData("a.png", ImageLabel.Unlabelled, null, null)]
    [InlineData("photos/a.png", ImageLabel.Unlabelled, null, null)]
    [InlineData("train/good/000.png", ImageLabel.Good, null, null)]
    [InlineData("tile/test/good/000.png", ImageLabel.Good, null, null)]
    [InlineData("tile/test/scratch/000.png", ImageLabel.Anomaly, "scratch", null)]
    [InlineData("tile/ground_truth/scratch/000_mask.png", ImageLabel.Anomaly, "scratch", "tile/test/scratch/000")]
    [InlineData("ground_truth/scratch/000.png", ImageLabel.Anomaly, "scratch", "test/scratch/000")]
    [InlineData("lot7/OK/1.png", ImageLabel.Good, null, null)]
    [InlineData("lot7/NG/1.png", ImageLabel.Anomaly, null, null)]
    public void Read_Path_SaysWhatItsFoldersSay(string path, ImageLabel label, string? defectClass, string? maskOf)
    {
        var layout = FolderLayout.Read(path);
        Assert.Equal((label, defectClass, maskOf), (layout.Label, layout.DefectClass, layout.MaskOf));
    }

    [Theory]
    [InlineData("a.png", ImageSplit.Unassigned)]
    [InlineData("train.png", ImageSplit.Unassigned)]
    [InlineData("lot7/OK/1.png", ImageSplit.Unassigned)]
    [InlineData("train/good/000.png", ImageSplit.Train)]
    [InlineData("tile/TRAIN/Good/000.png", ImageSplit.Train)]
    [InlineData("tile/test/good/000.png", ImageSplit.Test)]
    [InlineData("tile/Test/scratch/000.png", ImageSplit.Test)]
    [InlineData("tile/ground_truth/scratch/000_mask.png", ImageSplit.Test)]
    [InlineData("test/000.png", ImageSplit.Test)]
    [InlineData("train/lot7/OK/000.png", ImageSplit.Train)]
    [InlineData("train/lot7/test/good/000.png", ImageSplit.Test)]
    [InlineData("tests/good/000.png", ImageSplit.Unassigned)]
    public void Read_Path_SplitIsThatOfTheNearestFolder(string path, ImageSplit split) => Assert.Equal(split, FolderLayout.Read(path).Split);
}
