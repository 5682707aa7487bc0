using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AdClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Lessons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Taught",
                table: "DetectorVersions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "GoldenMarks",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ImageId = table.Column<Guid>(type: "TEXT", nullable: false),
                    IsGolden = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsAnomaly = table.Column<bool>(type: "INTEGER", nullable: false),
                    MarkedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    MarkedBy = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GoldenMarks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_GoldenMarks_AspNetUsers_MarkedBy",
                        column: x => x.MarkedBy,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_GoldenMarks_Images_ImageId",
                        column: x => x.ImageId,
                        principalTable: "Images",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_GoldenMarks_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Lessons",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    RootVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    VersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    RunId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ImageId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    X = table.Column<double>(type: "REAL", nullable: false),
                    Y = table.Column<double>(type: "REAL", nullable: false),
                    Width = table.Column<double>(type: "REAL", nullable: false),
                    Height = table.Column<double>(type: "REAL", nullable: false),
                    Patches = table.Column<int>(type: "INTEGER", nullable: false),
                    ScoreBefore = table.Column<double>(type: "REAL", nullable: false),
                    ScoreAfter = table.Column<double>(type: "REAL", nullable: false),
                    Golden = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedBy = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Lessons", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Lessons_AspNetUsers_CreatedBy",
                        column: x => x.CreatedBy,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Lessons_DetectorVersions_RootVersionId",
                        column: x => x.RootVersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Lessons_DetectorVersions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Lessons_Images_ImageId",
                        column: x => x.ImageId,
                        principalTable: "Images",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Lessons_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Lessons_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "TeachingBases",
                columns: table => new
                {
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    VersionId = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TeachingBases", x => new { x.ProjectId, x.Key });
                    table.ForeignKey(
                        name: "FK_TeachingBases_DetectorVersions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TeachingBases_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "TeachingSteps",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    RootVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    VersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    MovedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    MovedBy = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TeachingSteps", x => x.Id);
                    table.ForeignKey(
                        name: "FK_TeachingSteps_AspNetUsers_MovedBy",
                        column: x => x.MovedBy,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TeachingSteps_DetectorVersions_RootVersionId",
                        column: x => x.RootVersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TeachingSteps_DetectorVersions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "DetectorVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_GoldenMarks_ImageId",
                table: "GoldenMarks",
                column: "ImageId");

            migrationBuilder.CreateIndex(
                name: "IX_GoldenMarks_MarkedBy",
                table: "GoldenMarks",
                column: "MarkedBy");

            migrationBuilder.CreateIndex(
                name: "IX_GoldenMarks_ProjectId_ImageId",
                table: "GoldenMarks",
                columns: new[] { "ProjectId", "ImageId" });

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_CreatedBy",
                table: "Lessons",
                column: "CreatedBy");

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_ImageId",
                table: "Lessons",
                column: "ImageId");

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_ProjectId",
                table: "Lessons",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_RootVersionId",
                table: "Lessons",
                column: "RootVersionId");

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_RunId",
                table: "Lessons",
                column: "RunId");

            migrationBuilder.CreateIndex(
                name: "IX_Lessons_VersionId",
                table: "Lessons",
                column: "VersionId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TeachingBases_VersionId",
                table: "TeachingBases",
                column: "VersionId");

            migrationBuilder.CreateIndex(
                name: "IX_TeachingSteps_MovedBy",
                table: "TeachingSteps",
                column: "MovedBy");

            migrationBuilder.CreateIndex(
                name: "IX_TeachingSteps_RootVersionId_Number",
                table: "TeachingSteps",
                columns: new[] { "RootVersionId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TeachingSteps_VersionId",
                table: "TeachingSteps",
                column: "VersionId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "GoldenMarks");

            migrationBuilder.DropTable(
                name: "Lessons");

            migrationBuilder.DropTable(
                name: "TeachingBases");

            migrationBuilder.DropTable(
                name: "TeachingSteps");

            migrationBuilder.DropColumn(
                name: "Taught",
                table: "DetectorVersions");
        }
    }
}
