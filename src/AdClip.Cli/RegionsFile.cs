using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;

namespace AdClip.Cli;

/// <summary>The inspection area that the user names.</summary>
internal static class RegionsFile
{
    /// <exception cref="RefusedInputException">No such file, or no inspection area in it.</exception>
    public static InspectionRegions Read(string? path)
    {
        if (path is null)
        {
            return InspectionRegions.Everything;
        }
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new RefusedInputException(RefusalCode.FileMissing, $"There is no file {path}; name the inspection area's JSON.", path);
        }
        return file.Length <= InspectionRegionsJson.MostBytes
            ? InspectionRegionsJson.Read(File.ReadAllText(path))
            : throw new RefusedInputException(
                RefusalCode.FileTooLarge, $"{path} has {file.Length} bytes; an inspection area has at most {InspectionRegionsJson.MostBytes}.",
                file.Length, InspectionRegionsJson.MostBytes);
    }

    /// <summary>Refuses an image on which the area cannot be laid; without an area, none is opened.</summary>
    /// <exception cref="RefusedInputException">Other proportions, or no picture.</exception>
    public static void CheckFits(InspectionRegions regions, string imageFile)
    {
        if (regions.Regions.Count > 0)
        {
            var info = ImageDecoder.Identify(imageFile);
            regions.CheckFits(info.Width, info.Height);
        }
    }
}
