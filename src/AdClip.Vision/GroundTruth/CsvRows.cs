using System.Text;

namespace AdClip.Vision.GroundTruth;

/// <summary>Rows of cells in RFC 4180 form: commas, CRLF, quotes doubled. Cells keep every character, line breaks too.</summary>
public static class CsvRows
{
    /// <summary>One row, its line break included.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<string> cells)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(cells);
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0)
            {
                writer.Write(',');
            }
            var cell = cells[i];
            var mustQuote = cell.AsSpan().ContainsAny(",\"\r\n") || cell.StartsWith(' ') || cell.EndsWith(' ');
            writer.Write(mustQuote ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell);
        }
        writer.Write("\r\n");
    }

    /// <summary>Every row; accepts LF for CRLF, a byte order mark, and no line break after the last row.</summary>
    internal static IEnumerable<List<string>> Read(TextReader reader)
    {
        List<string> cells = [];
        var cell = new StringBuilder();
        var (quoted, wasQuoted, first) = (false, false, true);
        for (int next; (next = reader.Read()) >= 0; first = false)
        {
            var character = (char)next;
            if (quoted)
            {
                if (character != '"')
                {
                    cell.Append(character);
                }
                else if (reader.Peek() == '"')
                {
                    cell.Append((char)reader.Read());
                }
                else
                {
                    quoted = false;
                }
            }
            else if (character == '"' && cell.Length == 0 && !wasQuoted)
            {
                quoted = wasQuoted = true;
            }
            else if (character == ',')
            {
                EndCell();
            }
            else if (character == '\n')
            {
                EndCell();
                if (cells.Count > 1 || cells[0].Length > 0)
                {
                    yield return cells;
                }
                cells = [];
            }
            else if (!(character == '\r' && reader.Peek() == '\n') && !(first && character == '\uFEFF'))
            {
                cell.Append(character);
            }
        }
        if (cells.Count > 0 || cell.Length > 0 || wasQuoted)
        {
            EndCell();
            yield return cells;
        }

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            wasQuoted = false;
        }
    }
}
