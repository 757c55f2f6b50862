// Who may find a share and who may get it, in plain words.
import type { Access, Visibility } from '../../api/types';
import { Choices } from '../../components/choices';
import { PeoplePicker } from '../../components/people_picker';
import { accessWords, rulesSentence, visibilityWords } from '../../format/words';
import { IconEye } from '@tabler/icons-react';
import { Note } from '../../components/basics';

export interface Rules {
  visibility: Visibility;
  access: Access;
  named: string[];
}

export function rulesProblem(rules: Rules): string {
  return (rules.visibility === 'listed' || rules.access === 'listed') && rules.named.length === 0 ? 'Name at least one person.' : '';
}

export function RulesForm({ rules, onChange, inNetwork }: { rules: Rules; onChange: (rules: Rules) => void; inNetwork: boolean }) {
  const options = (words: typeof visibilityWords) => (Object.keys(words) as Visibility[]).map((value) => ({ value, ...words[value] }));
  return (
    <div className="stack">
      <Choices
        label="Who can find it"
        value={rules.visibility}
        onChange={(visibility) => onChange({ ...rules, visibility, access: visibility === 'unlisted' ? 'ask' : rules.access })}
        options={options(visibilityWords).map((option) => ({ ...option, disabled: option.value !== 'unlisted' && !inNetwork }))}
      />
      {!inNetwork && <p className="small muted">You are in no network yet, so a ticket is the only way to it.</p>}
      {rules.visibility !== 'unlisted' && (
        <Choices
          label="Who may get it"
          value={rules.access}
          onChange={(access) => onChange({ ...rules, access })}
          options={(Object.keys(accessWords) as Access[]).map((value) => ({ value, ...accessWords[value] }))}
        />
      )}
      {rules.visibility !== 'unlisted' && (rules.visibility === 'listed' || rules.access === 'listed') && <PeoplePicker label="The people you name" value={rules.named} onChange={(named) => onChange({ ...rules, named })} />}
      <Note icon={<IconEye size={18} aria-hidden />}>{rulesSentence(rules.visibility, rules.access)}</Note>
    </div>
  );
}
