using AdClip.Vision.Imaging.Tiles;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.Tiles;

/// <summary>How large images are cut.</summary>
/// <param name="Side">Side of a tile in pixels of the stored image.</param>
/// <param name="Overlap">Share of a side that neighbours have in common.</param>
public sealed record TileSettings(int Side, double Overlap = TilePlan.DefaultOverlap);

/// <summary>Where tokens of tiles are kept between inspections.</summary>
/// <param name="Find">The tokens of a tile of the image with this SHA-256, null if they are not there.</param>
/// <param name="Keep">Takes tokens that were made.</param>
public sealed record TileTokens(Func<string, Tile, ImageTokens?> Find, Action<string, Tile, ImageTokens> Keep);

/// <summary>What is kept of one good image that was looked at in tiles.</summary>
/// <param name="Sha256">Of its file, in hexadecimal; an image is never compared with itself.</param>
/// <param name="EncoderId">The encoder that made the patches.</param>
/// <param name="Width">Width D of a patch.</param>
/// <param name="Layers">By layer: unit rows [up to the number kept, D].</param>
public sealed record CorePatches(string Sha256, string EncoderId, int Width, IReadOnlyDictionary<int, float[]> Layers);
