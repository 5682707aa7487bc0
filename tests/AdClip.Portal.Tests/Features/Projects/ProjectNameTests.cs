using AdClip.Portal.Features.Projects;

namespace AdClip.Portal.Tests.Features.Projects;

public sealed class ProjectNameTests
{
    [Fact]
    public void Free_NameNotTaken_IsTheNameItself() => Assert.Equal("Plates", ProjectName.Free("Plates", ["Plate", "Plates 2"]));

    [Theory]
    [InlineData("Plates", "Plates", "Plates 2")]
    [InlineData("plates", "Plates", "plates 2")]
    [InlineData("Plates", "Plates|plates 2|Plates 3", "Plates 4")]
    [InlineData("Line 2", "Line 2", "Line 2 2")]
    [InlineData("타일", "\u1110\u1161\u110b\u1175\u11af", "타일 2")]
    public void Free_NameTaken_HasTheFirstFreeNumber(string name, string taken, string expected) =>
        Assert.Equal(expected, ProjectName.Free(name, taken.Split('|')));

    [Fact]
    public void Free_AnyNames_NeverGivesOneThatPeopleWouldTakeForAnother()
    {
        var random = new Random(7);
        string[] words = ["Plates", "plates", "PLATES 2", new string('x', 200), "타일", "Plates 2 2", " Plates "];
        List<string> taken = [];
        for (var i = 0; i < 300; i++)
        {
            var free = ProjectName.Free(words[random.Next(words.Length)], taken);
            Assert.DoesNotContain(taken, other => string.Equals(other.Trim(), free.Trim(), StringComparison.OrdinalIgnoreCase));
            Assert.InRange(free.Length, 1, 200);
            taken.Add(free);
        }
    }
}
