using System.CommandLine;
using System.Text.Json;

namespace AdClip.Cli;

/// <summary><c>adclip tokenize</c>: the ids of a text as a JSON array.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var text = new Option<string>("--text") { Description = "The text", Required = true };
        var withMarkers = new Option<bool>("--with-markers") { Description = "Put the start token before the ids and the end token after them" };
        var command = new Command("tokenize", "Print the token ids of a text as a JSON array") { text, withMarkers };
        model.AddModel(command);
        command.SetAction(parsed =>
        {
            using var detector = model.Open(parsed);
            var ids = detector.RequireWords().Tokenize(parsed.GetRequiredValue(text));
            Console.WriteLine(JsonSerializer.Serialize(parsed.GetValue(withMarkers) ? ids : ids.Skip(1).SkipLast(1)));
            return CommandLine.Done;
        });
        return command;
    }
}
