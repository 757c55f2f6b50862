import { Button } from '@mantine/core';
import { IconBell, IconShieldCheck } from '@tabler/icons-react';
import * as api from '../../api/calls';
import type { Alert } from '../../api/types';
import { Ago, Chip, Empty, Loading } from '../../components/basics';
import { Who } from '../../components/peer';
import { alertText, alertTitle } from '../../format/words';
import { act, usePending } from '../../state/pending';
import { told, useAll, useLoaded } from '../../state/store';

function One({ alert }: { alert: Alert }) {
  const key = `alert:${alert.id}`;
  const pending = usePending(key);
  const undo = async () => {
    await act(key, 'Undoing…', () => told(() => api.alerts.undo(alert.id), (changed) => ({ alert: changed })), 'Taken back');
  };
  return (
    <li className={alert.undone ? 'card alert over' : 'card alert'}>
      <span className="alert-icon" aria-hidden>
        <IconBell size={20} />
      </span>
      <div className="grow stack tight">
        <div className="spread">
          <h2>{alertTitle(alert.kind)}</h2>
          <span className="small faint">
            <Ago at={alert.at} />
          </span>
        </div>
        <p>{alertText(alert)}</p>
        <div className="row wrap small muted">
          {alert.peer_id !== '' && (
            <span>
              About <Who peerId={alert.peer_id} name="" />
            </span>
          )}
          {alert.address !== '' && (
            <span>
              From <span className="mono">{alert.address}</span>
            </span>
          )}
          {alert.undone ? (
            <Chip>Taken back</Chip>
          ) : (
            alert.kind !== 'impersonation' &&
            alert.kind !== 'clock_games' &&
            alert.kind !== 'mass_openings' && (
              <Button size="compact-sm" variant="default" loading={pending !== undefined} onClick={() => void undo()}>
                Undo the block
              </Button>
            )
          )}
        </div>
      </div>
    </li>
  );
}

export function Alerts() {
  const alerts = useAll('alerts');
  const loaded = useLoaded('alerts');
  if (!loaded) return <Loading what="Asking the daemon" />;
  if (alerts.size === 0) {
    return (
      <Empty icon={<IconShieldCheck size={28} />} title="Nothing to worry about">
        When somebody guesses at tickets, floods you with requests or sends wrong bytes, Covey blocks them for a while and tells you here.
      </Empty>
    );
  }
  return (
    <ul className="stack" aria-label="Alerts">
      {[...alerts.values()]
        .sort((a, b) => b.at - a.at)
        .map((alert) => (
          <One key={alert.id} alert={alert} />
        ))}
    </ul>
  );
}
