using AdClip.Pretrain;

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
