// Chooses a file or folder of the daemon's machine by walking through its folders, or by typing a path.
import { useState } from 'react';
import { ActionIcon, Switch, TextInput } from '@mantine/core';
import { IconChevronRight, IconCornerLeftUp, IconFile, IconFolder } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import * as api from '../api/calls';
import { isMissing, messageOf } from '../api/client';
import { bytes } from '../format/amounts';
import { Note } from './basics';
import './folder_picker.css';

const join = (folder: string, name: string): string => (folder.endsWith('/') ? folder + name : `${folder}/${name}`);
const parentOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/';

interface Wish {
  label: string;
  description?: string;
  value: string;
  onChange: (path: string) => void;
  /** What may be chosen: only a folder, or a file as well. */
  choose: 'folder' | 'anything';
}

export function FolderPicker({ label, description, value, onChange, choose }: Wish) {
  const [hidden, setHidden] = useState(false);
  // Until somebody touches it, it follows a value that arrives late.
  const [opened, setOpen] = useState<boolean | undefined>();
  const open = opened ?? (choose === 'anything' || value === '');
  const [where, setAt] = useState<string | undefined>();
  const at = where ?? (choose === 'folder' ? value : value === '' ? '' : parentOf(value));
  const folder = useQuery({ queryKey: ['folder', at, hidden], queryFn: ({ signal }) => api.listFolder(at, hidden, signal), placeholderData: keepPreviousData, retry: false, enabled: open, staleTime: 2000 });
  const lacking = folder.isError && isMissing(folder.error) && at === '';

  const enter = (path: string) => {
    setOpen(true);
    setAt(path);
    if (choose === 'folder') onChange(path);
  };

  const take = (path: string) => {
    setAt(at);
    onChange(path);
  };

  return (
    <div className="stack tight">
      <TextInput
        label={label}
        description={description}
        value={value}
        onChange={(event) => {
          setOpen(open);
          setAt(at);
          onChange(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          enter(value);
        }}
        placeholder="/home/…"
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'mono-input' }}
        {...(open ? {} : { rightSectionWidth: 82, rightSection: <button type="button" className="bare plain-link small" onClick={() => setOpen(true)}>Browse…</button> })}
      />
      {open && lacking && <Note>This daemon cannot list its folders yet. Type the whole path, as you would in a terminal.</Note>}
      {open && !lacking && (
        <div className="folder">
          <div className="folder-head">
            <ActionIcon variant="subtle" color="gray" aria-label="One folder up" disabled={folder.data?.parent === undefined} onClick={() => folder.data?.parent !== undefined && enter(folder.data.parent)}>
              <IconCornerLeftUp size={17} />
            </ActionIcon>
            <span className="mono clip grow" title={folder.data?.path}>
              {folder.data?.path ?? at}
            </span>
            <Switch size="xs" label="Hidden" checked={hidden} onChange={(event) => setHidden(event.currentTarget.checked)} />
          </div>
          {folder.isError && <p className="folder-words bad-text" role="alert">{messageOf(folder.error)}</p>}
          <ul className="folder-list" aria-label={`In ${folder.data?.path ?? at}`}>
            {folder.data?.entries
              .filter((entry) => entry.kind === 'folder' || choose === 'anything')
              .map((entry) => {
                const path = join(folder.data.path, entry.name);
                const chosen = path === value;
                return (
                  <li key={entry.name} className={chosen ? 'chosen' : undefined}>
                    <button type="button" className="bare folder-entry" aria-pressed={chosen} onClick={() => (entry.kind === 'folder' && choose === 'folder' ? enter(path) : take(path))} onDoubleClick={() => entry.kind === 'folder' && enter(path)}>
                      {entry.kind === 'folder' ? <IconFolder size={18} className="folder-icon" aria-hidden /> : <IconFile size={18} aria-hidden />}
                      <span className="clip grow">
                        <bdi>{entry.name}</bdi>
                      </span>
                      {entry.kind === 'file' && <span className="faint small num">{bytes(entry.bytes)}</span>}
                    </button>
                    {entry.kind === 'folder' && (
                      <ActionIcon variant="subtle" color="gray" aria-label={`Look into ${entry.name}`} onClick={() => enter(path)}>
                        <IconChevronRight size={17} />
                      </ActionIcon>
                    )}
                  </li>
                );
              })}
            {folder.data?.entries.length === 0 && <li className="folder-words">This folder is empty.</li>}
          </ul>
          {folder.data?.more && <p className="folder-words">There is more than can be shown. Type the path instead.</p>}
        </div>
      )}
    </div>
  );
}
