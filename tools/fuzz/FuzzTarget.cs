namespace AdClip.Fuzz;

/// <summary>A reader under attack.</summary>
/// <param name="Name">On the command line, and the folder of its corpus.</param>
/// <param name="FileName">What the attacked file is called.</param>
/// <param name="Seeds">Files that it reads, and files made to harm it.</param>
/// <param name="Mutate">Makes another file of a seed.</param>
/// <param name="Read">What the product does with the file, given its full path.</param>
/// <param name="Prepare">Puts the files that belong beside it into the folder.</param>
internal sealed record FuzzTarget(
    string Name, string FileName, IReadOnlyList<byte[]> Seeds, Func<Random, byte[], byte[]> Mutate, Action<string> Read, Action<string>? Prepare = null);
