using AdClip.ResNet18;

// Makes data/models/resnet18-imagenet from a NuGet package. See README.md.
const string Usage = """
    usage: adclip-resnet18 make FOLDER [PACKAGE]
           adclip-resnet18 measure PICTURES [PACKAGE]
    PACKAGE is the unpacked NuGet package; left out, it is looked for where NuGet unpacks packages.
    """;
if (args is not ["make" or "measure", _] and not ["make" or "measure", _, _])
{
    Console.Error.WriteLine(Usage);
    return 2;
}
if (ResNet18Package.Find(args.ElementAtOrDefault(2)) is not { } package)
{
    Console.Error.WriteLine($"{ResNet18Package.Id} {ResNet18Package.Version} is not in {args.ElementAtOrDefault(2) ?? ResNet18Package.DefaultFolder}; "
        + "restore this tool with access to NuGet (dotnet restore tools/resnet18), or unpack the package and name its folder.");
    return 1;
}
try
{
    if (args[0] == "make")
    {
        ModelWriter.Write(package, args[1]);
    }
    else
    {
        Measuring.Run(package, args[1]);
    }
    return 0;
}
catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}
