using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AdClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class DetectorVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ClassProbabilities",
                table: "ImageResults",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "Probability",
                table: "ImageResults",
                type: "REAL",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "DetectorVersions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    JobId = table.Column<Guid>(type: "TEXT", nullable: true),
                    ModelId = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    ModelName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    EncoderId = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    ImageSize = table.Column<int>(type: "INTEGER", nullable: false),
                    ObjectName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    ParentId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Blob = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Report = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedBy = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DetectorVersions", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DetectorVersions_AspNetUsers_CreatedBy",
                        column: x => x.CreatedBy,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_DetectorVersions_DetectorVersions_ParentId",
                        column: x => x.ParentId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id");
                    table.ForeignKey(
                        name: "FK_DetectorVersions_Jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "Jobs",
                        principalColumn: "Id");
                    table.ForeignKey(
                        name: "FK_DetectorVersions_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "DetectorVersionImages",
                columns: table => new
                {
                    VersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DetectorVersionImages", x => new { x.VersionId, x.Sha256 });
                    table.ForeignKey(
                        name: "FK_DetectorVersionImages_DetectorVersions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DetectorVersions_CreatedBy",
                table: "DetectorVersions",
                column: "CreatedBy");

            migrationBuilder.CreateIndex(
                name: "IX_DetectorVersions_JobId",
                table: "DetectorVersions",
                column: "JobId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DetectorVersions_ParentId",
                table: "DetectorVersions",
                column: "ParentId");

            migrationBuilder.CreateIndex(
                name: "IX_DetectorVersions_ProjectId_Number",
                table: "DetectorVersions",
                columns: new[] { "ProjectId", "Number" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DetectorVersionImages");

            migrationBuilder.DropTable(
                name: "DetectorVersions");

            migrationBuilder.DropColumn(
                name: "ClassProbabilities",
                table: "ImageResults");

            migrationBuilder.DropColumn(
                name: "Probability",
                table: "ImageResults");
        }
    }
}
