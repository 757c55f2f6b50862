// Names people by what they are called in the networks, or by peer id.
import { TagsInput } from '@mantine/core';
import { usePeers } from '../state/identity';
import { useAll } from '../state/store';

export function PeoplePicker({ value, onChange, label, description }: { value: string[]; onChange: (names: string[]) => void; label: string; description?: string }) {
  const peers = usePeers();
  const people = useAll('people');
  const names = new Set<string>();
  for (const peer of peers.data ?? []) if (peer.name !== '') names.add(peer.name);
  for (const person of people.values()) if (person.name !== '' && !person.blocked) names.add(person.name);
  return <TagsInput label={label} description={description} placeholder={value.length === 0 ? 'Names, one after another' : ''} data={[...names].sort()} value={value} onChange={onChange} splitChars={[',', ' ']} clearable maxDropdownHeight={180} />;
}
