using System.CommandLine;
using AdClip.Vision.Detection;

namespace AdClip.Cli;

/// <summary>The options that choose what images are compared with.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> _checkpoint = new("--checkpoint") { Description = "Learned prompts: epoch_N.pth" };
    private readonly Option<string?> _ensemble = new("--ensemble") { Description = "Prompt ensemble for a product of this name, such as \"metal nut\"" };

    public void Add(Command command)
    {
        command.Options.Add(_checkpoint);
        command.Options.Add(_ensemble);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_checkpoint) is not null && result.GetResult(_ensemble) is not null)
            {
                result.AddError("--checkpoint and --ensemble exclude each other.");
            }
        });
    }

    public PromptSettings Read(ParseResult parsed) => (parsed.GetValue(_checkpoint), parsed.GetValue(_ensemble)) switch
    {
        ({ } file, _) => new PromptSettings(PromptKind.Learned, CheckpointFile: file),
        (_, { } name) => new PromptSettings(PromptKind.Ensemble, name),
        _ => new PromptSettings(),
    };
}
