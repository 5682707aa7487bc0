using AdClip.Pretrain;
using AdClip.Vision;

// The recipe of the embedded model. See README.md.
try
{
    return Commands.Run(args);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (Exception wrong) when (wrong is RefusedInputException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}
