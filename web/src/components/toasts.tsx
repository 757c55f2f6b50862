import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { toast, useToasts } from '../state/toasts';
import './toasts.css';

const icons = { good: IconCircleCheck, bad: IconAlertTriangle, plain: IconInfoCircle };

export function Toasts() {
  const toasts = useToasts();
  return (
    <div className="toasts" role="status" aria-label="What happened">
      {toasts.map((each) => {
        const Icon = icons[each.tone];
        return (
          <div key={each.id} className={`toast ${each.tone}`}>
            <Icon size={20} aria-hidden />
            <span className="grow">{each.text}</span>
            <CloseButton size="sm" aria-label="Close this message" onClick={() => toast.close(each.id)} />
          </div>
        );
      })}
    </div>
  );
}
