// Which page is shown, and what is there on all of them: the session, the event stream, shortcuts, dialogs and toasts.
import { lazy, Suspense, useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Route, Switch, useLocation } from 'wouter';
import { Loading } from './components/basics';
import { Dialogs } from './components/dialogs';
import { Broken } from './components/broken';
import { Everywhere } from './components/everywhere';
import { Shell } from './components/shell';
import { Toasts } from './components/toasts';
import { Home } from './pages/home/home';
import { SignedOut } from './pages/signed_out/signed_out';
import { connect } from './state/connection';
import { useIdentity } from './state/identity';
import { notifyFromNowOn } from './state/notifications';
import { preferences } from './state/preferences';
import { openSession, useAccess } from './state/session';
import { store, useConnection, useLive } from './state/store';

const Transfers = lazy(() => import('./pages/transfers/transfers'));
const Shares = lazy(() => import('./pages/shares/shares'));
const Discover = lazy(() => import('./pages/discover/discover'));
const Requests = lazy(() => import('./pages/requests/requests'));
const Chat = lazy(() => import('./pages/chat/chat'));
const People = lazy(() => import('./pages/people/people'));
const Audit = lazy(() => import('./pages/audit/audit'));
const Settings = lazy(() => import('./pages/settings/settings'));
const Welcome = lazy(() => import('./pages/welcome/welcome'));
const Lost = lazy(() => import('./pages/lost/lost'));

const mayRest = () => {
  const { notifyRequests, notifyFinished, notifyMessages } = preferences.get();
  return !(notifyRequests || notifyFinished || notifyMessages);
};

function useTitle(): void {
  const waiting = useLive((live) => {
    let sum = 0;
    for (const request of live.requests.values()) if (request.direction === 'incoming' && request.state === 'waiting') sum += 1;
    for (const chat of live.chats.values()) sum += chat.unread;
    return sum;
  });
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Covey` : 'Covey';
  }, [waiting]);
}

function Inside() {
  const [location, go] = useLocation();
  const identity = useIdentity();
  useTitle();
  useEffect(() => connect(mayRest), []);
  useEffect(() => notifyFromNowOn(), []);
  const queries = useQueryClient();
  const connection = useConnection().state;
  // After the daemon was away, what was asked before may be old.
  useEffect(() => {
    if (connection === 'live') void queries.invalidateQueries();
  }, [connection, queries]);
  const first = identity.data?.first_run === true;
  useEffect(() => {
    if (first && location === '/') go('/welcome', { replace: true });
  }, [first, location, go]);
  const place = location.split('/')[1];
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [place]);

  if (location.startsWith('/welcome')) {
    return (
      <Suspense fallback={<Loading what="Opening" />}>
        <Welcome />
      </Suspense>
    );
  }
  return (
    <Shell>
      <Broken key={location.split('/')[1] ?? ''}>
        <Suspense fallback={<Loading what="Opening" />}>
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/transfers/:id?">{({ id }) => <Transfers opened={id} />}</Route>
            <Route path="/shares/:id?">{({ id }) => <Shares opened={id} />}</Route>
            <Route path="/discover" component={Discover} />
            <Route path="/requests" component={Requests} />
            <Route path="/chat/:peer?">{({ peer }) => <Chat peer={peer} />}</Route>
            <Route path="/people/:id?">{({ id }) => <People opened={id} />}</Route>
            <Route path="/audit/:tab?">{({ tab }) => <Audit tab={tab} />}</Route>
            <Route path="/settings" component={Settings} />
            <Route component={Lost} />
          </Switch>
        </Suspense>
      </Broken>
    </Shell>
  );
}

export function App() {
  const access = useAccess();
  useEffect(() => {
    void openSession();
    // `covey ui` may open its address in a tab that is here already.
    const onHash = () => {
      if (location.hash.startsWith('#once=')) void openSession();
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  useEffect(() => {
    if (access.state === 'out') store.forgetAll();
  }, [access.state]);

  return (
    <>
      {access.state === 'asking' && <Loading what="Opening Covey" />}
      {(access.state === 'out' || access.state === 'away') && <SignedOut problem={access.problem} away={access.state === 'away'} password={access.state === 'out' && access.password} />}
      {access.state === 'in' && (
        <>
          <Inside />
          <Dialogs />
          <Everywhere />
        </>
      )}
      <Toasts />
    </>
  );
}
