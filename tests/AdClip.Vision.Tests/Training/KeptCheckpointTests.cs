using AdClip.Vision.Detection;
using AdClip.Vision.Training;

namespace AdClip.Vision.Tests.Training;

public sealed class KeptCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-kept-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_ThenRead_SameTextsAndTheSameFileOfAnomalyClip()
    {
        using var model = DetectionModel.Open(Golden.TinyClip, new DetectorOptions(84, 4, [2, 4, 6], VocabularyFolder: Golden.Vocabulary));
        var prompts = new PromptShape(12, 3, 4).Start(model, seed: 1);
        var folds = new FoldTexts(
            new Dictionary<string, int> { ["b"] = 1, ["a"] = 0 }, [new TextPair([1, 0], [0, 1]), new TextPair([0.6f, 0.8f], [0.8f, 0.6f])]);
        var (small, theirs, back) =
            (Path.Combine(_folder, "epoch_1.safetensors"), Path.Combine(_folder, "epoch_1.pth"), Path.Combine(_folder, "again", "epoch_1.pth"));
        Directory.CreateDirectory(Path.GetDirectoryName(back)!);

        new KeptCheckpoint(prompts, folds).Write(small);
        prompts.Write(theirs);
        var read = KeptCheckpoint.Read(small);
        read.Prompts.Write(back);

        Assert.Equal(File.ReadAllBytes(theirs), File.ReadAllBytes(back));
        Assert.True(new FileInfo(small).Length < new FileInfo(theirs).Length / 2);
        Assert.Equal(folds.FoldOf.OrderBy(image => image.Key), read.Folds!.FoldOf.OrderBy(image => image.Key));
        Assert.Equal(folds.Texts.SelectMany(text => text.Normal.Concat(text.Abnormal)), read.Folds.Texts.SelectMany(text => text.Normal.Concat(text.Abnormal)));
        Assert.Null(KeptCheckpoint.Read(theirs).Folds);
        var (ofSmall, ofTheirs) = (Texts(small), Texts(theirs));
        Assert.Equal(ofTheirs.Normal, ofSmall.Normal);
        Assert.Equal(ofTheirs.Abnormal, ofSmall.Abnormal);

        TextPair Texts(string file) => model.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: file));
    }
}
