// What was noticed and what was written down: alerts, and the log behind them.
import { Tabs } from '@mantine/core';
import { useLocation } from 'wouter';
import { Page } from '../../components/basics';
import { useLive } from '../../state/store';
import { Alerts } from './alerts';
import { Log } from './log';
import './audit.css';

export default function Audit({ tab }: { tab: string | undefined }) {
  const [, go] = useLocation();
  const open = useLive((live) => {
    let sum = 0;
    for (const alert of live.alerts.values()) if (!alert.undone) sum += 1;
    return sum;
  });
  return (
    <Page title="Alerts and log" lead="Every access and every change is written down in a chain that cannot be altered unnoticed.">
      <Tabs value={tab === 'log' ? 'log' : 'alerts'} onChange={(value) => go(value === 'log' ? '/audit/log' : '/audit')} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="alerts">Alerts{open > 0 ? ` (${open})` : ''}</Tabs.Tab>
          <Tabs.Tab value="log">Audit log</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="alerts" pt="md">
          <Alerts />
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="md">
          <Log />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
