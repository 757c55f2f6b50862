// Carries dropped files to the daemon in parts, in order, so that they can be shared from its home.
import * as api from '../../api/calls';
import type { PickedFile } from '../../state/dialogs';

const part = 4 * 1024 * 1024;

/** The upload's id. `tell` hears how many bytes have gone; `signal` ends it, and then nothing stays behind. */
export async function upload(title: string, files: readonly PickedFile[], tell: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const { id } = await api.uploads.begin(
    title,
    files.map(({ path, file }) => ({ path, bytes: file.size })),
  );
  let gone = 0;
  try {
    for (const [index, { file }] of files.entries()) {
      for (let offset = 0; offset < file.size; offset += part) {
        const slice = file.slice(offset, offset + part);
        await api.uploads.put(id, index, offset, slice, signal);
        gone += slice.size;
        tell(gone);
      }
    }
  } catch (error) {
    await api.uploads.drop(id).catch(() => undefined);
    throw error;
  }
  return id;
}

/** What many files are called together: their common folder, else the first and how many more. */
export function titleOf(files: readonly PickedFile[]): string {
  const [first] = files;
  if (!first) return '';
  const folder = first.path.includes('/') ? first.path.slice(0, first.path.indexOf('/')) : undefined;
  if (folder !== undefined && files.every((each) => each.path.startsWith(`${folder}/`))) return folder;
  return files.length === 1 ? first.file.name : `${first.file.name} and ${files.length - 1} more`;
}
