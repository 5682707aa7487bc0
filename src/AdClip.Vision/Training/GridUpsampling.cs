using System.Numerics.Tensors;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Training;

/// <summary>Bilinear enlargement of a patch grid to the input frame, and its transpose for gradients. Immutable.</summary>
/// <remarks>Half-pixel centres, edges clamped: map = U · grid · Uᵀ with U [S, g]; the transpose is Uᵀ · map · U.</remarks>
internal sealed class GridUpsampling
{
    private readonly int _grid;
    private readonly int _side;
    private readonly int[] _near;
    private readonly int[] _far;
    private readonly float[] _weight;

    public GridUpsampling(int grid, int side)
    {
        (_grid, _side, _near, _far, _weight) = (grid, side, new int[side], new int[side], new float[side]);
        for (var i = 0; i < side; i++)
        {
            (_near[i], _far[i], var weight) = BilinearTaps.Of(i, grid, side);
            _weight[i] = (float)weight;
        }
    }

    /// <summary>[g, g] to [S, S].</summary>
    public void Enlarge(ReadOnlySpan<float> grid, Span<float> map)
    {
        var wide = new float[_grid * _side];
        for (var row = 0; row < _grid; row++)
        {
            for (var x = 0; x < _side; x++)
            {
                var left = grid[(row * _grid) + _near[x]];
                wide[(row * _side) + x] = left + ((grid[(row * _grid) + _far[x]] - left) * _weight[x]);
            }
        }
        for (var y = 0; y < _side; y++)
        {
            var upper = wide.AsSpan(_near[y] * _side, _side);
            var target = map.Slice(y * _side, _side);
            TensorPrimitives.Subtract(wide.AsSpan(_far[y] * _side, _side), upper, target);
            TensorPrimitives.MultiplyAdd(target, _weight[y], upper, target);
        }
    }

    /// <summary>The gradient by the grid [g, g] of a function whose gradient by the map is [S, S].</summary>
    public float[] Transposed(ReadOnlySpan<float> map)
    {
        var wide = new float[_grid * _side];
        for (var y = 0; y < _side; y++)
        {
            var row = map.Slice(y * _side, _side);
            var upper = wide.AsSpan(_near[y] * _side, _side);
            var lower = wide.AsSpan(_far[y] * _side, _side);
            TensorPrimitives.MultiplyAdd(row, 1 - _weight[y], upper, upper);
            TensorPrimitives.MultiplyAdd(row, _weight[y], lower, lower);
        }
        var grid = new float[_grid * _grid];
        for (var row = 0; row < _grid; row++)
        {
            for (var x = 0; x < _side; x++)
            {
                var value = wide[(row * _side) + x];
                grid[(row * _grid) + _near[x]] += value * (1 - _weight[x]);
                grid[(row * _grid) + _far[x]] += value * _weight[x];
            }
        }
        return grid;
    }
}
