using AdClip.Vision;
using AdClip.Vision.Backbones;
using AdClip.Portal.Features.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>A learned model that can be used; its files lie in a folder of this name.</summary>
public sealed class ModelRecord
{
    /// <summary>Folder name; never changes.</summary>
    public required string Id { get; init; }

    /// <summary>Shown to people; can be changed.</summary>
    public required string Name { get; set; }

    /// <summary>True: came with the program; cannot be deleted.</summary>
    public required bool IsEmbedded { get; init; }

    /// <summary>Of the weight file.</summary>
    public required string Sha256 { get; set; }

    public required long Bytes { get; set; }

    /// <summary>Last change of the weight file when it was described; another time means: describe it again.</summary>
    public required DateTimeOffset WeightsChangedAt { get; set; }

    /// <summary>Kind of image encoder, and its numbers: see <see cref="BackboneShape"/>.</summary>
    public required string Kind { get; set; }

    public required bool HasWords { get; set; }

    public required bool HasEightBit { get; set; }

    public required int PixelsPerToken { get; set; }

    public required int EncoderLayers { get; set; }

    public required int StreamWidth { get; set; }

    public required int TokenWidth { get; set; }

    public required long Parameters { get; set; }

    /// <summary>Side of the square input in pixels that the model recommends.</summary>
    public required int RecommendedImageSize { get; set; }

    /// <summary>DPAM_layer k, and the blocks whose tokens are used, as "4, 6, 8".</summary>
    public required int Dpam { get; set; }

    public required string Layers { get; set; }

    /// <summary>From its configuration; null if not given.</summary>
    public string? Licence { get; set; }

    /// <summary>Where it came from, for people: a file name, a path, a repository.</summary>
    public required string Origin { get; set; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Mean over the images of the last run that encoded them; null until one did.</summary>
    public double? MillisecondsPerImage { get; set; }

    public DateTimeOffset? MeasuredAt { get; set; }

    /// <summary>Refuses a model that texts cannot be used with.</summary>
    /// <exception cref="RefusedInputException">It knows no words.</exception>
    public void RequireWords()
    {
        if (!HasWords)
        {
            throw new RefusedInputException(
                RefusalCode.ModelHasNoWords, $"{Name} knows no words; compare with good images, or choose a model with words.", Name);
        }
    }

    /// <summary>What its memory is estimated from.</summary>
    public BackboneFootprint Footprint => new(Kind, EncoderLayers, StreamWidth, PixelsPerToken, Parameters);
}

/// <summary>The model that a project's runs use unless somebody chooses another.</summary>
public sealed class ProjectModel
{
    public required Guid ProjectId { get; init; }

    public required string ModelId { get; set; }
}

internal sealed class ModelTable : IEntityTypeConfiguration<ModelRecord>
{
    public const int MaxName = 200;

    public void Configure(EntityTypeBuilder<ModelRecord> builder)
    {
        builder.ToTable("Models");
        builder.Property(model => model.Id).HasMaxLength(MaxName);
        builder.Property(model => model.Name).HasMaxLength(MaxName);
        builder.Property(model => model.Sha256).HasMaxLength(64);
        builder.Property(model => model.Layers).HasMaxLength(200);
        builder.Property(model => model.Kind).HasMaxLength(40);
        builder.Ignore(model => model.Footprint);
        builder.Property(model => model.Licence).HasMaxLength(200);
        builder.Property(model => model.Origin).HasMaxLength(1000);
    }
}

internal sealed class ProjectModelTable : IEntityTypeConfiguration<ProjectModel>
{
    public void Configure(EntityTypeBuilder<ProjectModel> builder)
    {
        builder.ToTable("ProjectModels");
        builder.HasKey(choice => choice.ProjectId);
        builder.Property(choice => choice.ModelId).HasMaxLength(ModelTable.MaxName);
        builder.HasOne<Project>().WithMany().HasForeignKey(choice => choice.ProjectId);
    }
}
