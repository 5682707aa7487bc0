using System.Globalization;

namespace AdClip.Pretrain;

/// <summary>Options of a command as they are written: <c>--name value</c>. What nobody asked for is refused by <see cref="Finish"/>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A name has no value or stands twice, or a value has no name.</exception>
    public Arguments(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i += 2)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == words.Count)
            {
                throw new ArgumentException($"{words[i]}: give options as --name value.");
            }
            if (!_values.TryAdd(words[i], words[i + 1]))
            {
                throw new ArgumentException($"{words[i]} is given twice.");
            }
        }
    }

    public bool Has(string name) => Text(name) is not null;

    public string? Text(string name)
    {
        _read.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <exception cref="ArgumentException">It is missing.</exception>
    public string Required(string name) => Text(name) ?? throw new ArgumentException($"{name} is missing.");

    /// <exception cref="ArgumentException">It is no whole number.</exception>
    public int Number(string name, int otherwise) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ArgumentException($"{name} is \"{text}\"; give a whole number.");

    /// <exception cref="ArgumentException">It is no number.</exception>
    public float Share(string name, float otherwise) => Text(name) is not { } text ? otherwise
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ArgumentException($"{name} is \"{text}\"; give a number such as 0.5.");

    /// <summary>Call it when all has been read.</summary>
    /// <exception cref="ArgumentException">Something was given that the command does not know.</exception>
    public void Finish()
    {
        if (_values.Keys.FirstOrDefault(name => !_read.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"{unknown} is not known here. Known are {string.Join(", ", _read.Order(StringComparer.Ordinal))}.");
        }
    }
}
