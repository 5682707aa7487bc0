using AdClip.Portal.Features.Images;
using AdClip.Vision;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class UploadPathTests
{
    [Theory]
    [InlineData("Prüfteil № 7 – Kratzer (Kopie).png")]
    [InlineData("検査画像 01.png")]
    [InlineData("a b+c%20d&e#f;g=h.png")]
    [InlineData("O'Brien $(id) `id`.png")]
    [InlineData(".leading_dot.png")]
    [InlineData("🔩 bolt.png")]
    [InlineData("<img src=x onerror=alert(1)>.png")]
    [InlineData("CON.png")]
    public void Read_NameOfAnyScript_Unchanged(string name) => Assert.Equal(name, UploadPath.Read(name).FileName);

    [Theory]
    [InlineData("a/b\\c.png", "a/b/c.png")]
    [InlineData("./a//c.png", "a/c.png")]
    [InlineData("line\nbreak.png", "line_break.png")]
    [InlineData("photo\u202Egnp.exe", "photo_gnp.exe")]
    [InlineData("", "image")]
    public void Read_AwkwardPath_MadeHarmless(string given, string path) => Assert.Equal(path, UploadPath.Read(given).RelativePath);

    [Theory]
    [InlineData("../a.png")]
    [InlineData("ok/../../a.png")]
    [InlineData("/tmp/a.png")]
    [InlineData("C:\\temp\\a.png")]
    [InlineData("..\\a.png")]
    [InlineData("\\\\server\\share\\a.png")]
    public void Read_PathOutOfItsFolder_Refused(string given) =>
        Assert.Equal(RefusalCode.UnsafePath, Assert.Throws<RefusedInputException>(() => UploadPath.Read(given)).Code);

    [Fact]
    public void Read_VeryLongName_CutBeforeTheExtension()
    {
        var name = UploadPath.Read(string.Concat(Enumerable.Repeat("🔩", 200)) + ".png").FileName;

        Assert.InRange(name.Length, 250, 255);
        Assert.EndsWith("🔩.png", name, StringComparison.Ordinal);
    }
}
