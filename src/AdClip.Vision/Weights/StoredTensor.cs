using System.Buffers.Binary;

namespace AdClip.Vision.Weights;

/// <summary>Where a tensor lies in a weight file; nothing is read until asked for.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">How its elements are written.</param>
/// <param name="Shape">Lengths of its axes; empty for a scalar.</param>
/// <param name="Strides">Elements between neighbours along each axis.</param>
/// <param name="File">Full path of the file, links resolved.</param>
/// <param name="Offset">Byte in the file at which element (0, 0, ...) starts.</param>
public sealed record StoredTensor(
    string Name, ElementType Type, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides, string File, long Offset)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Whether the elements lie in the file row-major without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Count - 1; axis >= 0; axis--)
            {
                if (Shape[axis] > 1 && Strides[axis] != expected)
                {
                    return false;
                }
                expected *= Shape[axis];
            }
            return true;
        }
    }

    /// <summary>Row-major strides of <paramref name="shape"/>, in elements.</summary>
    internal static long[] RowMajor(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        var step = 1L;
        for (var axis = shape.Count - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step = checked(step * shape[axis]);
        }
        return strides;
    }

    /// <summary>The whole tensor as float32, row-major.</summary>
    /// <exception cref="RefusedInputException">The element type has no conversion, or the file ended early.</exception>
    public float[] ReadFloats()
    {
        if (Count == 0)
        {
            return [];
        }
        var last = 0L;
        for (var axis = 0; axis < Shape.Count; axis++)
        {
            last += (Shape[axis] - 1) * Strides[axis];
        }
        var raw = Convert(ReadBytes(0, last + 1));
        if (IsContiguous)
        {
            return raw;
        }
        var values = new float[Count];
        var index = new long[Shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var at = 0L;
            for (var axis = 0; axis < index.Length; axis++)
            {
                at += index[axis] * Strides[axis];
            }
            values[i] = raw[at];
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == Shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
        return values;
    }

    /// <summary>One row of a contiguous matrix [rows, D] as float32: [D].</summary>
    /// <exception cref="RefusedInputException">The element type has no conversion, or the file ended early.</exception>
    internal float[] ReadRow(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Shape.Count, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Shape[0]);
        return Convert(ReadBytes(row * Shape[1], Shape[1]));
    }

    private byte[] ReadBytes(long firstElement, long count)
    {
        if (count > Array.MaxLength / sizeof(double))
        {
            throw new RefusedInputException(
                RefusalCode.TensorTooLarge, $"Tensor {Name} of {Path.GetFileName(File)} has {count} elements, "
                    + $"more than the {Array.MaxLength / sizeof(double)} of any CLIP model; it is not one.",
                Name, Path.GetFileName(File), count, Array.MaxLength / sizeof(double));
        }
        var bytes = new byte[count * Type.Bytes()];
        using var handle = System.IO.File.OpenHandle(File);
        var at = Offset + (firstElement * Type.Bytes());
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(done), at + done);
            if (read == 0)
            {
                throw new RefusedInputException(
                    RefusalCode.WeightFileTruncated, $"{Path.GetFileName(File)} ends inside tensor {Name}; copy the file again.", Path.GetFileName(File), Name);
            }
            done += read;
        }
        return bytes;
    }

    private float[] Convert(byte[] bytes)
    {
        var size = Type.Bytes();
        var values = new float[bytes.Length / size];
        if (Type == ElementType.F32)
        {
            Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
            return values;
        }
        for (var i = 0; i < values.Length; i++)
        {
            var element = bytes.AsSpan(i * size, size);
            values[i] = Type switch
            {
                ElementType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                ElementType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                ElementType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(element) << 16),
                ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                ElementType.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                ElementType.I8 => (sbyte)element[0],
                ElementType.U8 or ElementType.Bool => element[0],
                ElementType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                ElementType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                ElementType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
                _ => throw new RefusedInputException(
                    RefusalCode.WeightTypeUnsupported, $"Tensor {Name} is stored as {Type}, which cannot be used as weights; store it as F32, F16 or BF16.",
                    Name, Type),
            };
        }
        return values;
    }
}
