// Files and folders from a drop or a file dialog, with their paths.

export interface PickedFile {
  path: string;
  file: File;
}

/** Files chosen in a dialog; a folder dialog tells each file's path below it. */
export function picked(list: FileList): PickedFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Everything dropped, folders read to their ends. The entries must be taken before the event is over. */
export async function dropped(transfer: DataTransfer): Promise<PickedFile[]> {
  const items = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files: PickedFile[] = [];
  for (const { entry, file } of items) {
    if (entry) {
      await walk(entry, files);
    } else if (file) {
      // Dragged from another program that offers no file system entry.
      files.push({ path: file.name, file });
    }
  }
  return files;
}

async function walk(entry: FileSystemEntry, files: PickedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out at most a hundred entries at a time.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) {
      return;
    }
    for (const child of part) {
      await walk(child, files);
    }
  }
}
