// Somebody asks: who, for what, why; and the answer, by hand or by key.
import { useState, type KeyboardEvent } from 'react';
import { ActionIcon, Button, Menu, Modal, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { IconCheck, IconChevronDown, IconClock, IconInfinity, IconSettings2, IconX } from '@tabler/icons-react';
import * as api from '../../api/calls';
import type { Approval, Request } from '../../api/types';
import { Ago, Chip } from '../../components/basics';
import { Mark, SafetyWords, Who } from '../../components/peer';
import { bytes, counted } from '../../format/amounts';
import { isolated, nameOf, requestTones, requestWords } from '../../format/words';
import { act, usePending } from '../../state/pending';
import { told } from '../../state/store';
import './requests.css';

export async function approve(request: Request, terms: Approval): Promise<void> {
  await act(`request:${request.id}`, 'Saying yes…', () => told(() => api.requests.approve(request.id, terms), (answered) => ({ request: answered })), `${isolated(nameOf(request.peer_name, request.peer_id))} may get “${isolated(request.title)}”`);
}

async function deny(request: Request, reason: string): Promise<void> {
  await act(`request:${request.id}`, 'Saying no…', () => told(() => api.requests.deny(request.id, reason), (answered) => ({ request: answered })));
}

async function withdraw(request: Request): Promise<void> {
  await act(`request:${request.id}`, 'Taking it back…', () => told(() => api.requests.withdraw(request.id), (answered) => ({ request: answered })));
}

const hour = 3600;
const spans = [
  { value: String(hour), label: '1 hour' },
  { value: String(24 * hour), label: '24 hours' },
  { value: String(7 * 24 * hour), label: '7 days' },
  { value: String(30 * 24 * hour), label: '30 days' },
  { value: '', label: 'Until I take it back' },
];

function TermsDialog({ request, onClose }: { request: Request; onClose: () => void }) {
  const [span, setSpan] = useState(String(24 * hour));
  const [gigabytes, setGigabytes] = useState<number | string>('');
  const [always, setAlways] = useState(false);
  const yes = () => {
    const terms: Approval = { always };
    if (span !== '') terms.for_seconds = Number(span);
    if (typeof gigabytes === 'number' && gigabytes > 0) terms.bytes = Math.round(gigabytes * 1024 ** 3);
    onClose();
    void approve(request, terms);
  };
  return (
    <Modal opened onClose={onClose} title="Yes, but">
      <div className="stack">
        <Select label="For how long" data={spans} value={span} onChange={(value) => setSpan(value ?? '')} allowDeselect={false} />
        <NumberInput label="At most" description="Leave empty for all of it. With a limit, only you can serve it, not others who have it." placeholder="No limit" suffix=" GiB" min={0} decimalScale={2} value={gigabytes} onChange={setGigabytes} />
        <Switch label="And from now on without asking me" description="This peer’s later requests for this share are approved by themselves." checked={always} onChange={(event) => setAlways(event.currentTarget.checked)} />
        <Button onClick={yes} data-autofocus>
          Approve
        </Button>
      </div>
    </Modal>
  );
}

function DenyDialog({ request, onClose }: { request: Request; onClose: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <Modal opened onClose={onClose} title={<>Say no to <bdi>{nameOf(request.peer_name, request.peer_id)}</bdi>?</>}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          void deny(request, reason);
        }}
      >
        <TextInput label="Reason (optional)" description="They read this. You can still approve later." value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} data-autofocus />
        <div className="row end">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button color="red.8" type="submit">
            Deny
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Answers({ request, onMore, onDeny }: { request: Request; onMore: () => void; onDeny: () => void }) {
  const pending = usePending(`request:${request.id}`);
  if (pending !== undefined) return <Chip tone="wait">{pending}</Chip>;
  return (
    <div className="row wrap request-answers">
      <Button.Group>
        <Button leftSection={<IconCheck size={17} aria-hidden />} onClick={() => void approve(request, { for_seconds: 24 * hour })}>
          Approve for a day
        </Button>
        <Menu>
          <Menu.Target>
            <ActionIcon size={36} className="split" aria-label="Approve in another way">
              <IconChevronDown size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconClock size={16} aria-hidden />} onClick={() => void approve(request, { for_seconds: 7 * 24 * hour })}>
              For 7 days
            </Menu.Item>
            <Menu.Item leftSection={<IconInfinity size={16} aria-hidden />} onClick={() => void approve(request, {})}>
              Until I take it back
            </Menu.Item>
            <Menu.Item leftSection={<IconCheck size={16} aria-hidden />} onClick={() => void approve(request, { always: true })}>
              Always, for this share
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<IconSettings2 size={16} aria-hidden />} onClick={onMore}>
              With a limit…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      <Button variant="default" leftSection={<IconX size={17} aria-hidden />} onClick={onDeny}>
        Deny
      </Button>
    </div>
  );
}

export function RequestCard({ request }: { request: Request }) {
  const [dialog, setDialog] = useState<'terms' | 'deny' | undefined>();
  const incoming = request.direction === 'incoming';
  const waiting = request.state === 'waiting';
  const pending = usePending(`request:${request.id}`);
  const close = () => setDialog(undefined);

  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...document.querySelectorAll<HTMLElement>('[data-request]')];
    const here = all.indexOf(event.currentTarget);
    if (event.key === 'y' && incoming && waiting) void approve(request, { for_seconds: 24 * hour });
    else if (event.key === 'n' && incoming && waiting) setDialog('deny');
    else if (event.key === 'ArrowDown' || event.key === 'j') all[here + 1]?.focus();
    else if (event.key === 'ArrowUp' || event.key === 'k') all[here - 1]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const name = nameOf(request.peer_name, request.peer_id);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its keys are a short way to the buttons inside
    <article
      className={waiting && incoming ? 'card request waits' : 'card request'}
      data-request={request.id}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that y and n know which request is meant
      tabIndex={0}
      onKeyDown={onKey}
      aria-label={incoming ? `${name} asks for ${request.title}` : `You ask ${name} for ${request.title}`}
    >
      <Mark peerId={request.peer_id} name={request.peer_name} size={42} />
      <div className="grow stack tight">
        <div className="spread wrap">
          <h2>
            {incoming ? (
              <>
                <Who peerId={request.peer_id} name={request.peer_name} words={request.safety_words} /> asks for <b><bdi>{request.title}</bdi></b>
              </>
            ) : (
              <>
                You ask <Who peerId={request.peer_id} name={request.peer_name} words={request.safety_words} /> for <b><bdi>{request.title}</bdi></b>
              </>
            )}
          </h2>
          {!waiting && <Chip tone={requestTones[request.state]}>{requestWords[request.state]}</Chip>}
        </div>
        <p className="small muted num">
          {bytes(request.bytes)} in {counted(request.files, 'file')} · <Ago at={request.created_at} />
          {request.first_seen !== undefined && (
            <>
              {' '}
              · first met <Ago at={request.first_seen} />
            </>
          )}
        </p>
        {request.reason !== '' && (
          <blockquote className="request-reason">
            <bdi>{request.reason}</bdi>
          </blockquote>
        )}
        {request.select.length > 0 && (
          <p className="small muted">
            Only{' '}
            {request.select.map((glob) => (
              <code key={glob} className="glob">
                {glob}
              </code>
            ))}
          </p>
        )}
        {incoming && waiting && (
          <>
            <SafetyWords words={request.safety_words} labelled />
            <Answers request={request} onMore={() => setDialog('terms')} onDeny={() => setDialog('deny')} />
          </>
        )}
        {incoming && request.state === 'denied' && (
          <div className="row wrap">
            {request.answer !== '' && <span className="small muted">You said: “{request.answer}”</span>}
            <Button size="compact-sm" variant="subtle" onClick={() => setDialog('terms')}>
              Approve after all
            </Button>
          </div>
        )}
        {!incoming && waiting && (
          <div className="row wrap">
            <span className="small muted">{request.delivered ? 'It has arrived; they have not answered yet.' : 'On its way; they are not online.'}</span>
            <Button size="compact-sm" variant="default" loading={pending !== undefined} onClick={() => void withdraw(request)}>
              Take it back
            </Button>
          </div>
        )}
        {!incoming && request.state === 'denied' && (
          <p className="small muted">
            {request.answer === '' ? 'No reason given.' : <>They said: “<bdi>{request.answer}</bdi>”</>} {request.ask_again_at !== undefined && <>You may ask again <Ago at={request.ask_again_at} />.</>}
          </p>
        )}
      </div>
      {dialog === 'terms' && <TermsDialog request={request} onClose={close} />}
      {dialog === 'deny' && <DenyDialog request={request} onClose={close} />}
    </article>
  );
}
