// The small pieces that every page is made of.
import type { ReactNode } from 'react';
import { useState } from 'react';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { ago, exactly } from '../format/moments';
import type { Tone } from '../format/words';
import { useNow } from '../state/now';
import { toast } from '../state/toasts';
import './basics.css';

export function Page({ title, lead, actions, children, wide }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className={wide ? 'page wide' : 'page'}>
      <header className="page-head">
        <div className="grow">
          <h1>{title}</h1>
          {lead !== undefined && <p className="page-lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="row wrap">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Chip({ tone = 'quiet', children, icon }: { tone?: Tone; children: ReactNode; icon?: ReactNode }) {
  return (
    <span className={`chip ${tone}`}>
      {icon}
      {children}
    </span>
  );
}

export function Empty({ icon, title, children, action }: { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <div className="empty-icon" aria-hidden>
        {icon}
      </div>
      <h2>{title}</h2>
      {children !== undefined && <p className="muted">{children}</p>}
      {action !== undefined && <div className="row wrap">{action}</div>}
    </div>
  );
}

/** Something that went wrong, in the daemon's words, and perhaps a way on. */
export function Trouble({ children, again }: { children: ReactNode; again?: () => void }) {
  return (
    <div className="note bad words" role="alert">
      <div className="grow">{children}</div>
      {again && (
        <Button size="compact-sm" variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Note({ tone = 'quiet', icon, children, action }: { tone?: Tone; icon?: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={`note ${tone}`}>
      {icon}
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}

export function Ago({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at)}>
      {ago(at, now)}
    </time>
  );
}

export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    toast.good(`${what} copied`);
    return true;
  } catch {
    toast.bad('The browser did not let the page copy. Select the text and copy it by hand.');
    return false;
  }
}

export function Copy({ text, what, label }: { text: string; what: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text, what))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const icon = copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />;
  if (label !== undefined) {
    return (
      <Button leftSection={icon} onClick={() => void copy()}>
        {label}
      </Button>
    );
  }
  return (
    <Tooltip label={`Copy ${what.toLowerCase()}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Copy ${what.toLowerCase()}`} onClick={() => void copy()}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

export function Bar({ value, label, tone = 'busy', unknown }: { value: number; label: string; tone?: Tone; unknown?: boolean }) {
  return (
    <div className={`bar ${tone} ${unknown ? 'unknown' : ''}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...(unknown ? {} : { 'aria-valuenow': value })}>
      <div style={{ transform: `scaleX(${unknown ? 0.3 : value / 100})` }} />
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden />
      {what}
    </div>
  );
}
