namespace AdClip.Vision.Graphs;

/// <summary>Records operations on values that depend on variables, and emits their derivatives as ordinary nodes.</summary>
/// <remarks>
/// Reverse-mode differentiation: <c>Gradients</c> walks the record backwards and multiplies by each operation's
/// transposed Jacobian. What depends on no variable is passed to the graph unrecorded; its derivative is never computed, so
/// frozen weights cost nothing. Shapes are static: the callers know them and give what the backward pass needs.
/// </remarks>
internal sealed class GradientTape(GraphBuilder graph)
{
    private readonly HashSet<string> _dependent = [];
    private readonly List<(string Output, Action<string> Backward)> _record = [];
    private readonly Dictionary<string, string> _gradients = [];

    /// <summary>Declares an input whose gradient may be asked for.</summary>
    public string Variable(string name, params long[] shape)
    {
        _dependent.Add(name);
        return graph.Input(name, shape);
    }

    /// <summary>The gradient of each variable of Σ(upstream · output): [as the variable]. Nothing can be recorded afterwards.</summary>
    /// <exception cref="InvalidOperationException">The output does not depend on a variable.</exception>
    public string[] Gradients(string output, string upstream, IReadOnlyList<string> variables) => Gradients([(output, upstream)], variables);

    /// <summary>
    /// The gradient of each variable of the sum of Σ(upstream · output) over several outputs: [as the
    /// variable]. Nothing can be recorded afterwards.
    /// </summary>
    /// <exception cref="InvalidOperationException">No output depends on a variable.</exception>
    public string[] Gradients(IReadOnlyList<(string Output, string Upstream)> seeds, IReadOnlyList<string> variables)
    {
        foreach (var (output, upstream) in seeds)
        {
            Accumulate(output, () => upstream);
        }
        for (var i = _record.Count - 1; i >= 0; i--)
        {
            if (_gradients.Remove(_record[i].Output, out var gradient))
            {
                _record[i].Backward(gradient);
            }
        }
        return [.. variables.Select(name => _gradients.TryGetValue(name, out var gradient)
            ? gradient
            : throw new InvalidOperationException($"{string.Join(", ", seeds.Select(seed => seed.Output))} does not depend on {name}."))];
    }

    /// <summary>a + b, of one shape; or b frozen and broadcast.</summary>
    public string Add(string a, string b) => Record(graph.Add(a, b), [a, b], g =>
    {
        Accumulate(a, () => g);
        Accumulate(b, () => g);
    });

    /// <summary>The same table for every item: x [B, N, D] + table [N, D].</summary>
    public string AddEach(string x, string table) => Record(graph.Add(x, table), [x, table], g =>
    {
        Accumulate(x, () => g);
        Accumulate(table, () => graph.SumFirst(g));
    });

    /// <summary>x Wᵀ + b for x [N, I], W [O, I], b [O].</summary>
    public string Linear(string x, string weight, string bias) => Record(graph.Linear(x, weight, bias), [x, weight, bias], g =>
    {
        Accumulate(x, () => graph.Gemm(g, weight, transposeB: false));
        Accumulate(weight, () => graph.Gemm(g, x, transposeB: false, transposeA: true));
        Accumulate(bias, () => graph.SumFirst(g));
    });

    /// <summary>x W for x [N, I] and W [I, O].</summary>
    public string Project(string x, string weight) => Record(graph.MatMul(x, weight), [x, weight], g =>
    {
        Accumulate(x, () => graph.Gemm(g, weight, transposeB: true));
        Accumulate(weight, () => graph.Gemm(x, g, transposeB: false, transposeA: true));
    });

    /// <summary>Rows of length one over the last axis.</summary>
    public string Normalise(string x)
    {
        var inverse = graph.InverseRoot(graph.Add(graph.SumLast(graph.Multiply(x, x)), graph.Scalar(1e-12f)));
        var y = graph.Multiply(x, inverse);
        return Record(y, [x], g => Accumulate(x, () =>
            graph.Multiply(inverse, graph.Subtract(g, graph.Multiply(y, graph.SumLast(graph.Multiply(g, y)))))));
    }

    /// <summary>The largest a · b over the rows b of the same item that are allowed, for each row a of x [G, N, E]: [G, N].</summary>
    /// <remarks>The derivative goes to a and to the row b that was found, as if the finding were fixed.</remarks>
    /// <param name="x">[G, N, E].</param>
    /// <param name="bias">
    /// Added to the products [G, N, N] before the largest is taken, and not part of the result: 0 where allowed, far below -1 elsewhere.
    /// </param>
    /// <param name="groups">G.</param>
    /// <param name="rows">N.</param>
    /// <param name="width">E.</param>
    public string BestMatch(string x, string bias, long groups, long rows, long width)
    {
        var products = graph.ScaledMatMul(x, x, 1, transposeB: true);
        long[] firstOfGroup = [.. Enumerable.Range(0, (int)groups).Select(group => group * rows)];
        var found = graph.Reshape(
            graph.Add(graph.ArgMaxLast(graph.Add(products, bias)), graph.Reshape(graph.Integers(firstOfGroup), groups, 1)), groups * rows, 1);
        var flat = graph.Reshape(x, groups * rows, width);
        var matched = graph.Reshape(graph.GatherRows(flat, found), groups, rows, width);
        var best = graph.Reshape(graph.SumLast(graph.Multiply(x, matched)), groups, rows);
        return Record(best, [x], g =>
        {
            var each = graph.Reshape(g, groups, rows, 1);
            Accumulate(x, () => graph.Multiply(each, matched));
            Accumulate(x, () => graph.Reshape(
                graph.SumAtRows(found, graph.Reshape(graph.Multiply(each, x), groups * rows, width), groups * rows, width), groups, rows, width));
        });
    }

    /// <summary>eᵗ d - o for d of any shape and numbers t and o [1].</summary>
    public string ScaleAndShift(string d, string logScale, string offset)
    {
        var scaled = graph.Multiply(graph.Exponential(logScale), d);
        return Record(graph.Subtract(scaled, offset), [d, logScale, offset], g =>
        {
            Accumulate(d, () => graph.Multiply(graph.Exponential(logScale), g));
            Accumulate(logScale, () => graph.Reshape(graph.SumAll(graph.Multiply(g, scaled)), 1));
            Accumulate(offset, () => graph.Reshape(graph.Multiply(graph.SumAll(g), graph.Scalar(-1)), 1));
        });
    }

    /// <summary>a + s b for b of the shape of a and a constant s.</summary>
    public string AddScaled(string a, string b, float scale) => Record(graph.Add(a, graph.Multiply(graph.Scalar(scale), b)), [a, b], g =>
    {
        Accumulate(a, () => g);
        Accumulate(b, () => graph.Multiply(graph.Scalar(scale), g));
    });

    /// <summary>s x + t for constants.</summary>
    public string Affine(string x, float scale, float shift) => Record(
        graph.Add(graph.Multiply(graph.Scalar(scale), x), graph.Scalar(shift)), [x], g => Accumulate(x, () => graph.Multiply(graph.Scalar(scale), g)));

    /// <summary>The mean of the <paramref name="count"/> largest of each row of x [B, N]: [B].</summary>
    public string MeanOfLargest(string x, long count, long items, long length)
    {
        var (values, places) = graph.Largest(x, count);
        return Record(graph.Reshape(graph.MeanLast(values), items), [x], g => Accumulate(x, () =>
            graph.PutAt(
                places,
                graph.Multiply(graph.Reshape(g, items, 1), graph.Constant(graph.FreshName("share"), [.. Enumerable.Repeat(1f / count, (int)count)], 1, count)),
                items,
                length)));
    }

    /// <summary>scale · a b over the last two axes; with <paramref name="transposeB"/>, scale · a bᵀ.</summary>
    public string MatMul(string a, string b, bool transposeB = false, float scale = 1) => Record(
        graph.ScaledMatMul(a, b, scale, transposeB: transposeB), [a, b], g =>
        {
            Accumulate(a, () => graph.ScaledMatMul(g, b, scale, transposeB: !transposeB));
            Accumulate(b, () => transposeB
                ? graph.ScaledMatMul(g, a, scale, transposeA: true)
                : graph.ScaledMatMul(a, g, scale, transposeA: true));
        });

    /// <summary>Softmax over the last axis.</summary>
    public string Softmax(string x)
    {
        var y = graph.Softmax(x);
        return Record(y, [x], g => Accumulate(x, () =>
            graph.Multiply(y, graph.Subtract(g, graph.SumLast(graph.Multiply(g, y))))));
    }

    /// <summary>Layer normalisation of matrices over the last axis.</summary>
    public string LayerNorm(string x, string weight, string bias, float epsilon)
    {
        var (y, mean, inverseDeviation) = graph.LayerNormWithStatistics(x, weight, bias, epsilon);
        return Record(y, [x, weight, bias], g =>
        {
            var standard = graph.Multiply(graph.Subtract(x, mean), inverseDeviation);
            Accumulate(x, () =>
            {
                var scaled = graph.Multiply(g, weight);
                var along = graph.Multiply(standard, graph.MeanLast(graph.Multiply(scaled, standard)));
                return graph.Multiply(inverseDeviation, graph.Subtract(graph.Subtract(scaled, graph.MeanLast(scaled)), along));
            });
            Accumulate(weight, () => graph.SumFirst(graph.Multiply(g, standard)));
            Accumulate(bias, () => graph.SumFirst(g));
        });
    }

    /// <summary>v · sigmoid(1.702 v).</summary>
    public string QuickGelu(string x) => Record(graph.QuickGelu(x), [x], g => Accumulate(x, () =>
    {
        var alpha = graph.Scalar(GraphBuilder.QuickGeluAlpha);
        var sigmoid = graph.Sigmoid(graph.Multiply(alpha, x));
        // s + α v s (1 - s), with v s formed first.
        var slope = graph.Multiply(alpha, graph.Multiply(graph.Multiply(x, sigmoid), graph.Subtract(graph.Scalar(1), sigmoid)));
        return graph.Multiply(g, graph.Add(sigmoid, slope));
    }));

    /// <summary>v · Φ(v).</summary>
    public string Gelu(string x) => Record(graph.Gelu(x), [x], g => Accumulate(x, () =>
    {
        // Φ + v φ, with Φ from the error function and φ the normal density.
        var half = graph.Scalar(0.5f);
        var distribution = graph.Add(half, graph.Multiply(half, graph.ErrorFunction(graph.Multiply(graph.Scalar(MathF.Sqrt(0.5f)), x))));
        var density = graph.Multiply(graph.Scalar(1 / MathF.Sqrt(2 * MathF.PI)), graph.Exponential(graph.Multiply(graph.Scalar(-0.5f), graph.Multiply(x, x))));
        return graph.Multiply(g, graph.Add(distribution, graph.Multiply(x, density)));
    }));

    /// <summary>x rounded to binary16, as is its gradient.</summary>
    public string RoundToHalf(string x) => Record(graph.RoundToHalf(x), [x], g => Accumulate(x, () => graph.RoundToHalf(g)));

    /// <param name="x">A value of shape <paramref name="from"/>.</param>
    /// <param name="from">Its shape.</param>
    /// <param name="to">The shape wanted.</param>
    public string Reshape(string x, long[] from, long[] to) => Record(
        graph.Reshape(x, to), [x], g => Accumulate(x, () => graph.Reshape(g, from)));

    /// <summary>Axis i of the result is axis <paramref name="order"/>[i] of x.</summary>
    public string Permute(string x, params long[] order)
    {
        var inverse = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }
        return Record(graph.Permute(x, order), [x], g => Accumulate(x, () => graph.Permute(g, inverse)));
    }

    /// <summary>Equal parts of the last axis of a matrix, side by side.</summary>
    public string[] SplitColumns(string x, int parts)
    {
        var outputs = graph.Split(x, parts, axis: 1);
        var gradients = new string?[parts];
        for (var i = 0; i < parts; i++)
        {
            var part = i;
            Record(outputs[part], [x], g =>
            {
                gradients[part] = g;
                // Recorded first, so it comes last on the way back, when the others are there.
                if (part == 0)
                {
                    Accumulate(x, () => graph.ConcatColumns(
                        [.. gradients.Select(gradient => gradient ?? throw new InvalidOperationException($"A part of {x} is not used."))]));
                }
            });
        }
        return outputs;
    }

    /// <summary>Rows from <paramref name="start"/> up to <paramref name="end"/> of a matrix with <paramref name="rows"/> rows.</summary>
    public string Rows(string x, long start, long end, long rows) => Record(
        graph.Slice(x, start, end), [x], g => Accumulate(x, () => graph.PadRows(g, start, rows - end)));

    /// <summary>One number [1] of a list of <paramref name="count"/>.</summary>
    public string Part(string x, long place, long count) => Record(
        graph.Slice(x, place, place + 1), [x], g => Accumulate(x, () => graph.PadEnds(g, place, count - place - 1)));

    /// <summary>Matrices one under the other, each with its number of rows.</summary>
    public string Stack(params (string Value, long Rows)[] parts) => Record(
        graph.Concat([.. parts.Select(part => part.Value)]), [.. parts.Select(part => part.Value)], g =>
        {
            var start = 0L;
            foreach (var (value, rows) in parts)
            {
                var (from, to) = (start, start + rows);
                Accumulate(value, () => graph.Slice(g, from, to));
                start = to;
            }
        });

    private string Record(string output, string[] inputs, Action<string> backward)
    {
        if (inputs.Any(_dependent.Contains))
        {
            _dependent.Add(output);
            _record.Add((output, backward));
        }
        return output;
    }

    private void Accumulate(string value, Func<string> gradient)
    {
        if (!_dependent.Contains(value))
        {
            return;
        }
        var made = gradient();
        _gradients[value] = _gradients.TryGetValue(value, out var sum) ? graph.Add(sum, made) : made;
    }
}
