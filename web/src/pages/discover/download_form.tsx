// Where a download goes, what of it, and how: the same for a ticket and for a share of a network.
import { useState } from 'react';
import { Collapse, SegmentedControl, Select, TagsInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { FolderPicker } from '../../components/folder_picker';
import type { DownloadRequest } from '../../api/types';
import { useDirectory } from '../../state/identity';
import { preferences } from '../../state/preferences';

export interface Terms {
  directory: string;
  select: string[];
  on_existing: 'refuse' | 'overwrite' | 'rename';
  sequential: boolean;
}

export function useTerms(): [Terms, (changes: Partial<Terms>) => void, boolean] {
  const usual = useDirectory();
  const [terms, setTerms] = useState<Partial<Terms>>({});
  const all: Terms = { directory: usual, select: [], on_existing: 'refuse', sequential: false, ...terms };
  return [all, (changes) => setTerms({ ...terms, ...changes }), all.directory.startsWith('/')];
}

export function wishOf(terms: Terms): Pick<DownloadRequest, 'directory' | 'select' | 'on_existing' | 'settings'> {
  preferences.set({ directory: terms.directory });
  return { directory: terms.directory, select: terms.select, on_existing: terms.on_existing, ...(terms.sequential ? { settings: { piece_order: 'sequential' as const } } : {}) };
}

export function DownloadForm({ terms, onChange, folder }: { terms: Terms; onChange: (changes: Partial<Terms>) => void; folder: boolean }) {
  const [more, setMore] = useState(false);
  return (
    <div className="stack">
      <FolderPicker label="Save in" value={terms.directory} onChange={(directory) => onChange({ directory })} choose="folder" />
      <button type="button" className="bare plain-link small row" aria-expanded={more} onClick={() => setMore(!more)}>
        <IconChevronDown size={16} aria-hidden className={more ? 'turned' : undefined} /> {folder ? 'Only some files, and more' : 'More'}
      </button>
      <Collapse in={more}>
        <div className="stack">
          {folder && <TagsInput label="Only files such as" description="Patterns over the paths inside: *.jpg, notes/**, disc-1.iso. Empty: everything." placeholder={terms.select.length === 0 ? '*.jpg' : ''} value={terms.select} onChange={(select) => onChange({ select })} splitChars={[',']} />}
          <Select
            label="If something of that name is there already"
            value={terms.on_existing}
            onChange={(value) => onChange({ on_existing: (value ?? 'refuse') as Terms['on_existing'] })}
            allowDeselect={false}
            data={[
              { value: 'refuse', label: 'Leave it alone and tell me' },
              { value: 'rename', label: 'Save beside it under another name' },
              { value: 'overwrite', label: 'Overwrite it' },
            ]}
          />
          <div>
            <div className="small muted" id="order-label">
              Order
            </div>
            <SegmentedControl aria-labelledby="order-label" size="xs" value={terms.sequential ? 'sequential' : 'rarest'} onChange={(value) => onChange({ sequential: value === 'sequential' })} data={[{ value: 'rarest', label: 'As fast as it goes' }, { value: 'sequential', label: 'From the beginning, to play it' }]} />
          </div>
        </div>
      </Collapse>
    </div>
  );
}
