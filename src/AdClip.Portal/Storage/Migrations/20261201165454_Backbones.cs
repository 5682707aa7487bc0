using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AdClip.Portal.Storage.Migrations
{
    /// <summary>Models of any kind of image encoder; all models before were CLIP's.</summary>
    public partial class Backbones : Migration
    {
        private static readonly (string Old, string New)[] Renamed =
            [("PatchSize", "PixelsPerToken"), ("VisionLayers", "EncoderLayers"), ("VisionWidth", "StreamWidth"), ("EmbedWidth", "TokenWidth")];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var (old, name) in Renamed)
            {
                migrationBuilder.RenameColumn(name: old, table: "Models", newName: name);
            }
            migrationBuilder.AddColumn<string>(name: "Kind", table: "Models", type: "TEXT", maxLength: 40, nullable: false, defaultValue: "clip");
            migrationBuilder.AddColumn<bool>(name: "HasWords", table: "Models", type: "INTEGER", nullable: false, defaultValue: true);
            migrationBuilder.AddColumn<bool>(name: "HasEightBit", table: "Models", type: "INTEGER", nullable: false, defaultValue: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "Kind", table: "Models");
            migrationBuilder.DropColumn(name: "HasWords", table: "Models");
            migrationBuilder.DropColumn(name: "HasEightBit", table: "Models");
            foreach (var (old, name) in Renamed)
            {
                migrationBuilder.RenameColumn(name: name, table: "Models", newName: old);
            }
        }
    }
}
