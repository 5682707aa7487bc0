namespace AdClip.Pretrain.Generation;

/// <summary>Kinds of defects; the numbers stand in the type maps and never change.</summary>
public enum DefectType : byte
{
    None = 0,
    Scratch = 1,
    Crack = 2,
    Dent = 3,
    Pit = 4,
    Hole = 5,
    Chip = 6,
    Fray = 7,
    Stain = 8,
    Spot = 9,
    Ink = 10,
    Smear = 11,
    Discolouration = 12,
    Uneven = 13,
    Burr = 14,
    MissingPart = 15,
    MisplacedPart = 16,
    BentPart = 17,
    Fibre = 18,
    Particle = 19,
    Wrinkle = 20,
    PrintError = 21,
    ThreadPull = 22,
    BrokenWeave = 23,
    Corrosion = 24,
    Blister = 25,

    /// <summary>An area whose texture is wrong: rubbed, rough, of another material.</summary>
    Wear = 26,
}
