using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Images;

/// <summary>How many images of a project there are, by label.</summary>
public sealed record ImageCounts(int Unlabelled, int Good, int Anomaly)
{
    public int All => Unlabelled + Good + Anomaly;

    public int Of(ImageLabel? label) => label switch
    {
        null => All,
        ImageLabel.Good => Good,
        ImageLabel.Anomaly => Anomaly,
        _ => Unlabelled,
    };
}

/// <summary>How many images of a project there are, by split.</summary>
public sealed record SplitCounts(int Unassigned, int Train, int Test)
{
    public int Of(ImageSplit? split) => split switch
    {
        null => Unassigned + Train + Test,
        ImageSplit.Train => Train,
        ImageSplit.Test => Test,
        _ => Unassigned,
    };
}

/// <summary>What the gallery shows and can do: one page of a project's images, newest first, and what is selected.</summary>
public sealed class ImagesState(IDbContextFactory<PortalDb> dbs, ImageDeletion deletion, ImageSplits splits)
{
    public const int PageSize = 60;

    private readonly HashSet<Guid> _selected = [];
    private Guid _projectId;
    private Guid? _anchor;

    /// <summary>One page; null until loaded.</summary>
    public IReadOnlyList<ImageRecord>? Images { get; private set; }

    /// <summary>Of the whole project, whatever the filter; null until loaded.</summary>
    public ImageCounts? Counts { get; private set; }

    /// <summary>Likewise.</summary>
    public SplitCounts Splits { get; private set; } = new(0, 0, 0);

    public ImageFilter Filter { get; private set; } = new();

    /// <summary>Counted from 1.</summary>
    public int Page { get; private set; } = 1;

    /// <summary>Images that pass the filter.</summary>
    public int Passing { get; private set; }

    public int Pages => Math.Max(1, (Passing + PageSize - 1) / PageSize);

    public IReadOnlyCollection<Guid> Selected => _selected;

    public bool IsSelected(ImageRecord image) => _selected.Contains(image.Id);

    public async Task LoadAsync(Guid projectId, ImageFilter filter, int page)
    {
        if (projectId != _projectId || filter != Filter)
        {
            ClearSelection();
        }
        (_projectId, Filter) = (projectId, filter);
        await using var db = await dbs.CreateDbContextAsync();
        var images = db.Set<ImageRecord>().AsNoTracking();
        var counts = await new ImageFilter(Deleted: filter.Deleted).Of(images, projectId)
            .GroupBy(image => image.Label)
            .Select(group => new { Label = group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Label, row => row.Count);
        Counts = new ImageCounts(
            counts.GetValueOrDefault(ImageLabel.Unlabelled), counts.GetValueOrDefault(ImageLabel.Good), counts.GetValueOrDefault(ImageLabel.Anomaly));
        var ofSplits = await new ImageFilter(Deleted: filter.Deleted).Of(images, projectId)
            .GroupBy(image => image.Split)
            .Select(group => new { Split = group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Split, row => row.Count);
        Splits = new SplitCounts(
            ofSplits.GetValueOrDefault(ImageSplit.Unassigned), ofSplits.GetValueOrDefault(ImageSplit.Train), ofSplits.GetValueOrDefault(ImageSplit.Test));
        var passing = filter.Of(images, projectId);
        Passing = filter is { Name: null or "", UploadedFrom: null, Split: null } ? Counts.Of(filter.Label) : await passing.CountAsync();
        Page = Math.Clamp(page, 1, Pages);
        // Skipping over keys alone stays within an index; only one page of rows is then read.
        var ids = passing.OrderByDescending(image => image.Id).Select(image => image.Id).Skip((Page - 1) * PageSize).Take(PageSize);
        Images = await images.Where(image => ids.Contains(image.Id)).OrderByDescending(image => image.Id).ToListAsync();
    }

    public Task ReloadAsync() => LoadAsync(_projectId, Filter, Page);

    /// <summary>Selects or deselects one image; with <paramref name="toAnchor"/> all from the last one touched to this.</summary>
    public void Toggle(ImageRecord image, bool toAnchor)
    {
        var list = Images ?? [];
        var (from, to) = (IndexOf(list, _anchor), IndexOf(list, image.Id));
        if (toAnchor && from >= 0 && to >= 0)
        {
            foreach (var between in list.Skip(Math.Min(from, to)).Take(Math.Abs(to - from) + 1))
            {
                _selected.Add(between.Id);
            }
        }
        else if (!_selected.Remove(image.Id))
        {
            _selected.Add(image.Id);
        }
        _anchor = image.Id;
    }

    public void SelectPage() => _selected.UnionWith((Images ?? []).Select(image => image.Id));

    /// <summary>Selects every image that passes the filter, on whatever page it is.</summary>
    public async Task SelectPassingAsync()
    {
        await using var db = await dbs.CreateDbContextAsync();
        _selected.UnionWith(await Filter.Of(db.Set<ImageRecord>().AsNoTracking(), _projectId).Select(image => image.Id).ToListAsync());
    }

    public void ClearSelection()
    {
        _selected.Clear();
        _anchor = null;
    }

    /// <summary>Puts the selected images away; returns them, for undo.</summary>
    public async Task<IReadOnlyCollection<Guid>> DeleteSelectedAsync()
    {
        Guid[] gone = [.. _selected];
        await deletion.DeleteAsync(_projectId, gone);
        ClearSelection();
        await ReloadAsync();
        return gone;
    }

    /// <summary>Gives the selected images a split; returns what those that changed had before, for undo.</summary>
    public async Task<IReadOnlyDictionary<Guid, ImageSplit>> AssignSelectedAsync(ImageSplit split)
    {
        var before = await splits.AssignAsync(_projectId, [.. _selected], split);
        ClearSelection();
        await ReloadAsync();
        return before;
    }

    /// <summary>Gives images back the splits that they had.</summary>
    public async Task AssignAsync(IReadOnlyDictionary<Guid, ImageSplit> before)
    {
        await splits.AssignAsync(_projectId, before);
        await ReloadAsync();
    }

    public async Task RestoreAsync(IReadOnlyCollection<Guid> imageIds)
    {
        await deletion.RestoreAsync(_projectId, imageIds);
        ClearSelection();
        await ReloadAsync();
    }

    private static int IndexOf(IReadOnlyList<ImageRecord> images, Guid? id)
    {
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Id == id)
            {
                return i;
            }
        }
        return -1;
    }
}
