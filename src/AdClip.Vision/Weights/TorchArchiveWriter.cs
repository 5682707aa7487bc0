using System.Text;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Weights;

/// <summary>Writes the zip archive that <c>torch.save</c> makes, byte for byte as PyTorch 1.13 lays it out.</summary>
/// <remarks>Members are stored, their data on multiples of 64 bytes, sizes in a record behind the data.</remarks>
internal sealed class TorchArchiveWriter : IDisposable
{
    private const int Alignment = 64;
    private const ushort SizesFollowAndNamesAreUtf8 = 0x0808;

    private readonly BinaryWriter _out;
    private readonly string _folder;
    private readonly List<(string Name, uint Crc, uint Length, uint Offset)> _members = [];

    private TorchArchiveWriter(Stream stream, string folder)
    {
        _out = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        _folder = folder;
    }

    /// <param name="stream">Empty, seekable.</param>
    /// <param name="folder">The members' folder; PyTorch takes the file's name without its ending.</param>
    /// <param name="pickle">Describes the tensors.</param>
    /// <param name="storages">The bytes of each storage by its key.</param>
    public static void Write(Stream stream, string folder, byte[] pickle, IReadOnlyDictionary<string, byte[]> storages)
    {
        using var writer = new TorchArchiveWriter(stream, folder);
        writer.Member("data.pkl", pickle);
        foreach (var (key, bytes) in storages.OrderBy(storage => storage.Key, StringComparer.Ordinal))
        {
            writer.Member($"data/{key}", bytes);
        }
        writer.Member("version", "3\n"u8.ToArray());
        writer.Directory();
    }

    public void Dispose() => _out.Dispose();

    private void Member(string name, byte[] bytes)
    {
        var fullName = $"{_folder}/{name}";
        var nameBytes = Encoding.UTF8.GetBytes(fullName);
        var offset = checked((uint)_out.BaseStream.Position);
        var padding = (Alignment - ((offset + 30 + nameBytes.Length + 4) % Alignment)) % Alignment;
        _out.Write(0x04034b50u);
        _out.Write((ushort)0);
        _out.Write(SizesFollowAndNamesAreUtf8);
        _out.Write(new byte[18]); // method, time, date, check sum, sizes: told behind the data
        _out.Write((ushort)nameBytes.Length);
        _out.Write((ushort)(4 + padding));
        _out.Write(nameBytes);
        _out.Write("FB"u8);
        _out.Write((ushort)padding);
        _out.Write(Encoding.ASCII.GetBytes(new string('Z', (int)padding)));
        _out.Write(bytes);
        var crc = Crc32.Finish(Crc32.Update(Crc32.Seed, bytes));
        _out.Write(0x08074b50u);
        _out.Write(crc);
        _out.Write(bytes.Length);
        _out.Write(bytes.Length);
        _out.Flush();
        _members.Add((fullName, crc, (uint)bytes.Length, offset));
    }

    private void Directory()
    {
        var start = checked((uint)_out.BaseStream.Position);
        foreach (var (name, crc, length, offset) in _members)
        {
            var nameBytes = Encoding.UTF8.GetBytes(name);
            _out.Write(0x02014b50u);
            _out.Write(0u);
            _out.Write(SizesFollowAndNamesAreUtf8);
            _out.Write(new byte[6]);
            _out.Write(crc);
            _out.Write(length);
            _out.Write(length);
            _out.Write((ushort)nameBytes.Length);
            _out.Write(new byte[12]);
            _out.Write(offset);
            _out.Write(nameBytes);
        }
        _out.Flush();
        var end = checked((uint)_out.BaseStream.Position);
        _out.Write(0x06064b50u);
        _out.Write(44L);
        _out.Write((ushort)0x031e);
        _out.Write((ushort)45);
        _out.Write(0L);
        _out.Write((long)_members.Count);
        _out.Write((long)_members.Count);
        _out.Write((long)(end - start));
        _out.Write((long)start);
        _out.Write(0x07064b50u);
        _out.Write(0u);
        _out.Write((long)end);
        _out.Write(1u);
        _out.Write(0x06054b50u);
        _out.Write(0u);
        _out.Write((ushort)_members.Count);
        _out.Write((ushort)_members.Count);
        _out.Write(end - start);
        _out.Write(start);
        _out.Write((ushort)0);
    }
}
