// What is shown without a session: how to get one. The password field comes only when it is asked for.
import { useState, type SyntheticEvent } from 'react';
import { Button, PasswordInput } from '@mantine/core';
import { messageOf } from '../../api/client';
import { Copy } from '../../components/basics';
import { Logo } from '../../components/shell';
import { openSession, signIn } from '../../state/session';
import './signed_out.css';

export function SignedOut({ problem, away, password: mayAsk }: { problem: string; away: boolean; password: boolean }) {
  const [asked, setAsked] = useState(false);
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);

  const enter = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong('');
    try {
      await signIn(password);
    } catch (error) {
      setWrong(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="signed-out">
      <div className="card signed-out-card">
        <Logo />
        <h1>{away ? 'Covey is not running' : 'Open Covey from your terminal'}</h1>
        <p className="muted">
          {away
            ? 'This page is only the face of a program on your machine, and that program does not answer.'
            : 'This page lets in only those who can run programs on this machine as you. One command opens it:'}
        </p>
        <div className="command">
          <code>{away ? 'covey daemon' : 'covey ui'}</code>
          <Copy text={away ? 'covey daemon' : 'covey ui'} what="Command" />
        </div>
        {problem !== '' && (
          <p className="small muted" role="status">
            {problem}
          </p>
        )}
        {away ? (
          <Button variant="light" onClick={() => void openSession()}>
            Try again
          </Button>
        ) : asked ? (
          <form onSubmit={(event) => void enter(event)} className="stack">
            <PasswordInput label="Password" description="The one set with covey ui --set-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={wrong} autoFocus autoComplete="current-password" />
            <Button type="submit" loading={busy} disabled={password === ''}>
              Open
            </Button>
          </form>
        ) : (
          mayAsk && <button type="button" className="bare plain-link" onClick={() => setAsked(true)}>
            Use a password instead
          </button>
        )}
      </div>
    </main>
  );
}
