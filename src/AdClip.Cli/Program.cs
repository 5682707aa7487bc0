using System.CommandLine;
using AdClip.Cli;

var root = new RootCommand("AdClip: finds defects in product images with CLIP.")
{
    EncodeCommand.Create(),
    EncodeTextCommand.Create(),
    TokenizeCommand.Create(),
    PredictCommand.Create(),
    TrainCommand.Create(),
    TestCommand.Create(),
    MetricsCommand.Create(),
    CheckPrecisionCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
