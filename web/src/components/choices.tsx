// A choice of a few, each with a sentence that says what it means.
import { Radio } from '@mantine/core';
import './choices.css';

export function Choices<T extends string>({ label, value, onChange, options }: { label: string; value: T; onChange: (value: T) => void; options: readonly { value: T; title: string; text: string; disabled?: boolean }[] }) {
  return (
    <Radio.Group label={label} value={value} onChange={(next) => onChange(next as T)}>
      <div className="choices">
        {options.map((option) => (
          <Radio.Card key={option.value} value={option.value} className="choice" disabled={option.disabled ?? false}>
            <Radio.Indicator size="xs" />
            <span>
              <b>{option.title}</b>
              <span className="small muted">{option.text}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
