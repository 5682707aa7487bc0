using System.Text.Json;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class NewTrainingTests
{
    [Fact]
    public void Read_NothingGiven_UsesEveryPart()
    {
        var request = JsonSerializer.Deserialize<NewTraining>("""{ "prompts": {} }""", JsonSerializerOptions.Web)!;

        Assert.Equal(new NewTraining { Prompts = new PromptRequest() }, request);
        Assert.True(request is { Learn: LearnKind.Quick, UseText: true, UseBank: true, UseHeads: true, UseAnomalyBank: true, RotatesPart: false });
        Assert.True(request.Prompts is { Preset: PromptPreset.AnomalyClip, Epochs: null, Views: 0 });
    }
}
