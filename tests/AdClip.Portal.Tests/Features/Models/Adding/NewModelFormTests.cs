using AdClip.Portal.Features.Models.Adding;

namespace AdClip.Portal.Tests.Features.Models.Adding;

public sealed class NewModelFormTests
{
    [Fact]
    public void Refused_NotAModel_LeavesNothingForTheNext()
    {
        var form = Filled("broken.safetensors");
        form.Refused(new ModelUploadRefusal("It is no model.", "WeightsUnreadable"));
        Assert.Equal(("", 0, false), (form.Name, form.Files.Count, form.CanSend));

        form.Choose(["config.json", "good.pt"]);
        Assert.Equal(("good", true), (form.Name, form.CanSend));
    }

    [Fact]
    public void Choose_OtherFiles_NameFollowsUnlessPeopleTypedOne()
    {
        var form = Filled("a.safetensors");
        form.Choose(["b.safetensors"]);
        Assert.Equal("b", form.Name);
        form.Name = "Ours";
        form.Choose(["c.safetensors"]);
        Assert.Equal("Ours", form.Name);
        form.Name = "";
        form.Choose(["d.safetensors"]);
        Assert.Equal("d", form.Name);
    }

    [Fact]
    public void Refused_ConnectionBrokeOrCancelled_StaysForAnotherTry()
    {
        var form = Filled("a.safetensors");
        var first = form.UploadId;
        form.Refused(new ModelUploadRefusal("The connection broke.", null));
        Assert.True(form.CanSend);
        form.Begin();
        Assert.NotEqual(first, form.UploadId);
    }

    [Fact]
    public void Refused_SameWeights_StaysForTheSecondAnswer()
    {
        var form = Filled("a.safetensors");
        var upload = form.UploadId;
        form.Refused(new ModelUploadRefusal("The same weights as \"Mini\" are there already.", "ModelAlreadyThere"));
        Assert.Equal(("a", upload, true), (form.Name, form.UploadId, form.Same!.Contains("Mini", StringComparison.Ordinal)));
        form.Clear();
        Assert.Equal(("", null), (form.Name, form.Same));
    }

    private static NewModelForm Filled(string weights)
    {
        var form = new NewModelForm();
        form.Choose([weights]);
        form.Begin();
        return form;
    }
}
