using System.Runtime.CompilerServices;
using NetVips;

namespace AdClip.Vision.Imaging;

/// <summary>libvips, narrowed to what this program reads and kept from hoarding memory or threads.</summary>
internal static class VipsLibrary
{
    /// <summary>The only loaders that stay open; each by its file variant.</summary>
    private static readonly string[] AllowedLoaders =
    [
        "VipsForeignLoadJpegFile", "VipsForeignLoadPngFile", "VipsForeignLoadWebpFile", "VipsForeignLoadNsgifFile", "VipsForeignLoadTiffFile",
    ];

    /// <summary>Kept alive: libvips calls it for as long as the process runs.</summary>
    private static readonly Log.LogDelegate Quiet = static (_, _, _) => { };

    static VipsLibrary()
    {
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in AllowedLoaders)
        {
            Operation.Block(loader, false);
        }
        // Callers run side by side, one image each; a cache of past operations would only hold files open.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
        // Its warnings go to the console and name files; what matters arrives as an exception.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Info, Quiet);
    }

    /// <summary>Makes sure that the settings above hold; call before any other use of libvips.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Prepare()
    {
    }
}
