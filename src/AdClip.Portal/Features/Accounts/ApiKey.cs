using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Accounts;

/// <summary>A machine's way in: acts with the rights of the person who made it. Only a hash of the key is stored.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    /// <summary>What the key is for, in the words of the person who made it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key, lower-case hexadecimal. A key has 256 random bits, so it needs no salt.</summary>
    public required string KeyHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static string NewKey() => "adclip_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}

internal sealed class ApiKeyTable : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("ApiKeys");
        builder.HasIndex(key => key.KeyHash).IsUnique();
        builder.Property(key => key.Name).HasMaxLength(200);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(key => key.UserId);
    }
}
