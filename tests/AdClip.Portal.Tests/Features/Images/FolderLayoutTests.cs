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
    public void Read_Path_SaysWhatItsFoldersSay(string path, ImageLabel label, string? defectClass, string? maskOf) =>
        Assert.Equal(new FolderLayout(label, defectClass, maskOf), FolderLayout.Read(path));
}
