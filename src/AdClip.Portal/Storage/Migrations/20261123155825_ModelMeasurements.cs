using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AdClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ModelMeasurements : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ModelMeasurements",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ModelId = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ImageSize = table.Column<int>(type: "INTEGER", nullable: false),
                    Device = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Precision = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Threads = table.Column<int>(type: "INTEGER", nullable: false),
                    Callers = table.Column<int>(type: "INTEGER", nullable: false),
                    MillisecondsPerImage = table.Column<double>(type: "REAL", nullable: false),
                    ImagesPerSecond = table.Column<double>(type: "REAL", nullable: false),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    MeasuredAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ModelMeasurements", x => x.Id);
                    table.ForeignKey(
                        name: "FK_ModelMeasurements_Models_ModelId",
                        column: x => x.ModelId,
                        principalTable: "Models",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_ModelMeasurements_ModelId_MeasuredAt",
                table: "ModelMeasurements",
                columns: new[] { "ModelId", "MeasuredAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ModelMeasurements");
        }
    }
}
