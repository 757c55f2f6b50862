// The dialog that lies over the page, if there is one. The larger ones are loaded when they are first opened.
import { lazy, Suspense } from 'react';
import { Button, Kbd, Modal } from '@mantine/core';
import { closeDialog, useDialog, type Question } from '../state/dialogs';
import { places } from './shell';

const ShareDialog = lazy(() => import('../pages/shares/share_dialog'));
const TicketDialog = lazy(() => import('../pages/shares/ticket_dialog'));
const RulesDialog = lazy(() => import('../pages/shares/rules_dialog'));
const GetDialog = lazy(() => import('../pages/discover/get_dialog'));
const FetchDialog = lazy(() => import('../pages/discover/fetch_dialog'));
const BlockDialog = lazy(() => import('../pages/people/block_dialog'));
const TrustDialog = lazy(() => import('../pages/people/trust_dialog'));

function QuestionDialog({ question, answer }: { question: Question; answer: (choice: 'action' | 'other' | undefined) => void }) {
  const say = (choice: 'action' | 'other') => {
    answer(choice);
    closeDialog();
  };
  return (
    <Modal opened onClose={closeDialog} title={question.title}>
      <div className="stack">
        <p className="muted">{question.text}</p>
        <div className="row wrap end">
          <Button variant="default" onClick={closeDialog} data-autofocus>
            Not now
          </Button>
          {question.other !== undefined && (
            <Button variant="default" onClick={() => say('other')}>
              {question.other}
            </Button>
          )}
          <Button color={question.danger ? 'red.8' : 'fern'} onClick={() => say('action')}>
            {question.action}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

const keys: readonly [string, string][] = [
  ['/', 'Search'],
  ['+', 'Share something'],
  ['t', 'Use a ticket (or paste it anywhere)'],
  ['↑ ↓', 'Move in lists'],
  ['Space', 'Choose a transfer'],
  ['Enter', 'Open it'],
  ['y', 'Approve the request in focus'],
  ['n', 'Deny it'],
  ['Esc', 'Close what is open'],
  ['?', 'This list'],
];

function KeysDialog() {
  return (
    <Modal opened onClose={closeDialog} title="Keyboard shortcuts" size="lg">
      <div className="keys-grid">
        <dl>
          {keys.map(([key, what]) => (
            <div key={key} className="spread">
              <dt>{what}</dt>
              <dd>
                <Kbd>{key}</Kbd>
              </dd>
            </div>
          ))}
        </dl>
        <dl>
          {places.map((place) => (
            <div key={place.path} className="spread">
              <dt>{place.name}</dt>
              <dd>
                <Kbd>g</Kbd> <Kbd>{place.key}</Kbd>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Modal>
  );
}

export function Dialogs() {
  const dialog = useDialog();
  if (!dialog) return null;
  if (dialog.kind === 'question') return <QuestionDialog question={dialog.question} answer={dialog.answer} />;
  if (dialog.kind === 'keys') return <KeysDialog />;
  return (
    <Suspense fallback={null}>
      {dialog.kind === 'share' && <ShareDialog {...(dialog.files ? { files: dialog.files } : {})} />}
      {dialog.kind === 'ticket' && <TicketDialog share={dialog.share} />}
      {dialog.kind === 'rules' && <RulesDialog share={dialog.share} />}
      {dialog.kind === 'get' && <GetDialog ticket={dialog.ticket ?? ''} />}
      {dialog.kind === 'fetch' && <FetchDialog share={dialog.share} />}
      {dialog.kind === 'block' && <BlockDialog peerId={dialog.peerId} name={dialog.name} />}
      {dialog.kind === 'trust' && <TrustDialog peerId={dialog.peerId} name={dialog.name} />}
    </Suspense>
  );
}
