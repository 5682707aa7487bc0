using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Projects;

/// <summary>One product that is inspected: its images, ground truth and runs.</summary>
public sealed class Project
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; set; }

    public string Description { get; set; } = "";

    /// <summary>The word for the product in prompts, "object" if nothing better is known.</summary>
    public string ObjectName { get; set; } = "object";

    /// <summary>True: everybody who can sign in sees it; false: its members and administrators only.</summary>
    public bool IsOpen { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>Set when the project was put away; it can be brought back.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }
}

/// <summary>A person who may see a project that is not open.</summary>
public sealed class ProjectMember
{
    public required Guid ProjectId { get; init; }

    public required Guid UserId { get; init; }
}

internal sealed class ProjectTable : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.Property(project => project.Name).HasMaxLength(Limits.Name);
        builder.Property(project => project.Description).HasMaxLength(Limits.Description);
        builder.Property(project => project.ObjectName).HasMaxLength(Limits.Name);
        builder.HasIndex(project => project.CreatedAt);
    }

    internal static class Limits
    {
        public const int Name = 200;
        public const int Description = 4000;
    }
}

internal sealed class ProjectMemberTable : IEntityTypeConfiguration<ProjectMember>
{
    public void Configure(EntityTypeBuilder<ProjectMember> builder)
    {
        builder.ToTable("ProjectMembers");
        builder.HasKey(member => new { member.ProjectId, member.UserId });
        builder.HasOne<Project>().WithMany().HasForeignKey(member => member.ProjectId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(member => member.UserId);
    }
}
