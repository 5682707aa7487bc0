using System.Runtime.InteropServices;

namespace AdClip.Vision.Graphs;

/// <summary>The environment as native libraries see it.</summary>
/// <remarks>
/// <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes only .NET's own copy on Linux and macOS, which
/// <c>getenv</c> of a native library never reads.
/// </remarks>
internal static partial class NativeEnvironment
{
    public static void Set(string name, string value)
    {
        var done = OperatingSystem.IsWindows()
            ? SetEnvironmentVariableW(name, value)
            : SetInLibc(name, value, overwrite: 1) == 0;
        if (!done)
        {
            throw new InvalidOperationException($"The environment variable {name} could not be set.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetInLibc(string name, string value, int overwrite);

    [LibraryImport("kernel32", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetEnvironmentVariableW(string name, string value);
}
