namespace AdClip.Pretrain.Generation;

/// <summary>What a surface is made of: paints colour, height and gloss of a new piece of it each time.</summary>
/// <param name="Paint">Fills the brush's box of its layer.</param>
/// <param name="Woven">Of threads: threads can be pulled and broken.</param>
/// <param name="Metal">Can corrode.</param>
/// <param name="Grain">Direction of threads, grain or brushing, in radians.</param>
internal sealed record Material(Action<Brush> Paint, bool Woven = false, bool Metal = false, float Grain = 0);
