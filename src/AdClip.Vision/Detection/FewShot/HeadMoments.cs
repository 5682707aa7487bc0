using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>Weighted sums over rows of one kind: weight, rows, and products of every two coordinates.</summary>
internal sealed class RowMoments
{
    /// <param name="width">Width D of a row.</param>
    public RowMoments(int width)
        : this(0, new double[width], new double[width * width])
    {
    }

    /// <param name="weight">Sum of weights.</param>
    /// <param name="sums">[D].</param>
    /// <param name="products">[D, D], the lower triangle.</param>
    public RowMoments(double weight, double[] sums, double[] products)
        => (Weight, Sums, Products) = (weight, sums, products);

    public double Weight { get; private set; }

    public double[] Sums { get; }

    /// <summary>[D, D], the lower triangle.</summary>
    public double[] Products { get; }

    public void Add(ReadOnlySpan<float> row, double weight)
    {
        var width = Sums.Length;
        Span<double> values = new double[width];
        TensorPrimitives.ConvertChecked(row, values);
        Weight += weight;
        TensorPrimitives.MultiplyAdd(values, weight, Sums, Sums);
        for (var i = 0; i < width; i++)
        {
            var products = Products.AsSpan(i * width, i + 1);
            TensorPrimitives.MultiplyAdd(values[..(i + 1)], weight * values[i], products, products);
        }
    }

    public void Add(RowMoments other)
    {
        Weight += other.Weight;
        TensorPrimitives.Add(Sums, other.Sums, Sums);
        TensorPrimitives.Add(Products, other.Products, Products);
    }
}

/// <summary>What a linear head learns from: moments of defective and of good rows. Sums, so folds are put together from parts and feedback is added.</summary>
internal sealed class HeadMoments(RowMoments defective, RowMoments good)
{
    /// <param name="width">Width D of a row.</param>
    public HeadMoments(int width)
        : this(new RowMoments(width), new RowMoments(width))
    {
    }

    public RowMoments Defective { get; } = defective;

    public RowMoments Good { get; } = good;

    public static HeadMoments Sum(int width, IEnumerable<HeadMoments> parts)
    {
        var sum = new HeadMoments(width);
        foreach (var part in parts)
        {
            sum.Defective.Add(part.Defective);
            sum.Good.Add(part.Good);
        }
        return sum;
    }
}
