// Files that were dropped, those in folders with their paths. Browsers give a folder's entries a hundred at a time.
import type { PickedFile } from '../state/dialogs';

const most = 5000;

function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((resolve) => {
    const next = () =>
      reader.readEntries((some) => {
        all.push(...some);
        if (some.length === 0 || all.length > most) resolve(all);
        else next();
      }, () => resolve(all));
    next();
  });
}

const fileOf = (entry: FileSystemFileEntry): Promise<File | undefined> => new Promise((resolve) => entry.file(resolve, () => resolve(undefined)));

async function walk(entry: FileSystemEntry, into: PickedFile[]): Promise<void> {
  if (into.length >= most) return;
  if (entry.isDirectory) {
    for (const each of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(each, into);
    return;
  }
  const file = await fileOf(entry as FileSystemFileEntry);
  if (file) into.push({ path: entry.fullPath.replace(/^\//, ''), file });
}

export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  // The list is emptied when the event is over, so its entries are taken at once.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: PickedFile[] = [];
  for (const entry of entries) await walk(entry, files);
  return files;
}

export const pickedFiles = (list: FileList): PickedFile[] => [...list].slice(0, most).map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }));
