using System.Globalization;
using AdClip.Pretrain.Export;
using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;
using AdClip.Pretrain.Words;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain;

/// <summary>The steps from nothing to a model: words, training, export. Each goes from files to files.</summary>
internal static class Recipe
{
    private const int CorpusTexts = 60_000;
    /// <summary>Pixels of a picture's side where nothing else is said.</summary>
    public const int Side = 256;

    /// <summary>A seed that no training uses: its products are held back.</summary>
    private const ulong HeldBack = 1UL << 62;

    /// <summary>Images of a held-back product, half of them good or more.</summary>
    private const int HeldBackImages = 24;

    private static int Types => Enum.GetValues<DefectType>().Length - 1;

    public static void Vocabulary(string folder, int merges) => VocabularyTrainer.Write(Captions.Corpus(CorpusTexts, new Rng(1)), merges, folder);

    /// <summary>Trains, or goes on where <paramref name="file"/> is.</summary>
    /// <param name="side">Pixels of the drawn pictures' side, a multiple of 16.</param>
    /// <param name="from">Folder of an exported model of the same sizes to begin with; null: random weights.</param>
    public static void Train(
        string file, string vocabularyFolder, string? from, int side, Func<int, ModelShape> shape,
        Plan plan, GroupSettings groups, ObjectiveWeights weights, CancellationToken cancel)
    {
        var words = VocabularyTrainer.Words(vocabularyFolder);
        var vocabulary = VocabularyFiles.Read(vocabularyFolder, Path.GetFileName(file), words.Count);
        var settings = groups with { LeastImages = plan.Images, MostImages = plan.Images };
        // A training that goes on draws other groups than before.
        var begun = File.Exists(file) ? int.Parse(WeightFile.Open(file).Metadata["steps"], CultureInfo.InvariantCulture) : 0;
        using var pool = new GroupPool(new GroupPoolSettings
        {
            Side = side,
            Seed = (plan.Seed << 40) + ((ulong)begun << 20),
            Groups = settings,
            Deterministic = plan.Steps is not null,
            Capacity = 1024,
        });
        var trainer = new Trainer(
            shape(words.Count), plan, vocabulary, Types, rng => Captions.TypePrompts(null, rng),
            place => Prepare(pool.Take(), new Rng((plan.Seed << 40) ^ (ulong)place)),
                from is null ? null : parameters => WarmStart.Load(parameters, words, from));
        trainer.Run(file, weights, Tell, cancel);
    }

    /// <summary>Writes the model's folder: weights, settings, golden values on two held-back pictures. The vocabulary has to be there.</summary>
    /// <param name="checkpoint">Of a training.</param>
    /// <param name="settings">What config.json says beside the sizes, as JSON.</param>
    /// <param name="folder">The model's.</param>
    /// <exception cref="ArgumentException">The folder has no vocabulary; nothing was written.</exception>
    public static void Export(string checkpoint, string settings, string folder)
    {
        if (!File.Exists(Path.Combine(folder, VocabularyFiles.Vocab)))
        {
            throw new ArgumentException($"{folder} has no {VocabularyFiles.Vocab}; put the vocabulary "
                + $"of the training there, as \"adclip-pretrain vocabulary --out {folder}\" makes it.");
        }
        var (model, rounded) = ModelExport.Write(checkpoint, settings, folder);
        var pictures = new List<byte[]>();
        for (ulong seed = HeldBack; pictures.Count < 2; seed++)
        {
            var group = new GroupGenerator(Side).Draw(seed, new GroupSettings { Objects = pictures.Count });
            pictures.Add(group.Images.First(image => !image.IsGood).Pixels);
        }
        var vocabulary = VocabularyFiles.Read(folder, "golden", model.Vocabulary);
        GoldenValues.Write(Path.Combine(folder, "golden.safetensors"), model, rounded, model.FeatureBlocks, vocabulary, Side, pictures);
    }

    /// <summary>
    /// Writes held-back products as a data set in MVTec's layout, for <c>adclip test</c>: objects in
    /// one folder of products, surfaces in the other.
    /// </summary>
    /// <param name="folder">Gets <c>objects/</c> and <c>surfaces/</c>, a product in each folder of theirs.</param>
    /// <param name="products">Of each kind.</param>
    /// <param name="pictures">What comes and how plainly.</param>
    public static void DataSets(string folder, int products, GroupSettings pictures)
    {
        var generator = new GroupGenerator(Side);
        foreach (var (kind, share) in new[] { ("objects", 1f), ("surfaces", 0f) })
        {
            for (var product = 0; product < products; product++)
            {
                var group = generator.Draw(
                    HeldBack + 1000 + (ulong)product,
                    pictures with { Objects = share, LeastImages = HeldBackImages, MostImages = HeldBackImages, LeastGood = HeldBackImages / 2 });
                HeldBackProduct.Write(Path.Combine(folder, kind, $"{product:000}_{group.Family.Replace(' ', '_')}"), group);
            }
        }
    }

    /// <summary>A group with texts for it.</summary>
    public static TrainingGroup Prepare(ProductGroup group, Rng rng) => new(
        group.Side,
        [.. group.Images.Select(image => image.Pixels)],
        [.. group.Images.Select(image => image.Types)],
        [.. Enumerable.Range(0, BatchShape.TextsOfAKind).Select(_ => Captions.Pair(group.Family, rng))],
        [.. group.Images.Select(image => Captions.Caption(group, image, rng))]);

    private static void Tell(TrainingReport report) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"step {report.Step}  {report.Progress:P1}  {report.Time.TotalMinutes:0.0} min  grid {report.Grid}  {report.Rate:0.0} images/s  "
            + $"gradient {report.GradientLength:0.00}  "
            + $"{string.Join("  ", report.Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Key} {loss.Value:0.000}")))}"));
}
