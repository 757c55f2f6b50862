// The first run: a name, a passphrase, a network or none, and the one rule.
import { useState } from 'react';
import { Button } from '@mantine/core';
import { IconFeather, IconHandStop, IconKey, IconShieldCheck, IconTicket } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import * as api from '../../api/calls';
import { isMissing, messageOf } from '../../api/client';
import { SafetyWords } from '../../components/peer';
import { Logo } from '../../components/shell';
import { useIdentity } from '../../state/identity';
import { toast } from '../../state/toasts';
import { NameForm, PassphraseForm } from '../settings/identity';
import { JoinForm } from '../settings/networks';
import './welcome.css';

const steps = ['Your name', 'Your key', 'Your network', 'The one rule'] as const;

export default function Welcome() {
  const [, go] = useLocation();
  const [step, setStep] = useState(0);
  const queries = useQueryClient();
  const identity = useIdentity();
  const next = () => setStep((old) => Math.min(steps.length - 1, old + 1));

  const finish = async () => {
    try {
      queries.setQueryData(['identity'], await api.identity.done());
    } catch (error) {
      if (!isMissing(error)) {
        toast.bad(messageOf(error));
        return;
      }
    }
    go('/', { replace: true });
  };

  return (
    <main className="welcome" id="main">
      <div className="welcome-box">
        <header className="row">
          <Logo />
          <span className="welcome-brand">Covey</span>
          <ol className="welcome-steps" aria-label={`Step ${step + 1} of ${steps.length}`}>
            {steps.map((name, index) => (
              <li key={name} className={index <= step ? 'on' : undefined} aria-current={index === step ? 'step' : undefined}>
                <span className="unseen">{name}</span>
              </li>
            ))}
          </ol>
        </header>
        <div className="card welcome-card" key={step}>
          {step === 0 && (
            <>
              <span className="welcome-icon" aria-hidden>
                <IconFeather size={26} />
              </span>
              <h1>Welcome. What should people call you?</h1>
              <p className="muted">Covey hands files straight from you to people you let in. They will see this name.</p>
              <NameForm onSaved={next} action="Next" />
            </>
          )}
          {step === 1 && (
            <>
              <span className="welcome-icon" aria-hidden>
                <IconKey size={26} />
              </span>
              <h1>Seal your key with a passphrase</h1>
              <p className="muted">Your key is you: whoever has it can say yes in your name. A passphrase keeps it shut on the disk. You can also do this later, in Settings.</p>
              <PassphraseForm onSaved={next} action="Seal it" />
              <button type="button" className="bare plain-link" onClick={next}>
                Go on without one
              </button>
            </>
          )}
          {step === 2 && (
            <>
              <span className="welcome-icon" aria-hidden>
                <IconShieldCheck size={26} />
              </span>
              <h1>Join a network, or go without</h1>
              <p className="muted">In a network you find each other’s shares by name. Its tracker introduces people; it never has your files. Without one, tickets are all you need.</p>
              <JoinForm onJoined={next} />
              <button type="button" className="bare plain-link" onClick={next}>
                Go without a network
              </button>
            </>
          )}
          {step === 3 && (
            <>
              <h1>The one rule to remember</h1>
              <div className="welcome-rule">
                <div>
                  <IconTicket size={30} stroke={1.5} aria-hidden />
                  <b>A ticket carries the owner’s consent.</b>
                  <span className="muted">Who has one is let in, until it ends or is taken back.</span>
                </div>
                <div>
                  <IconHandStop size={30} stroke={1.5} aria-hidden />
                  <b>Without one, you ask.</b>
                  <span className="muted">And when others ask you, nothing moves until you say yes.</span>
                </div>
              </div>
              {identity.data && (
                <>
                  <p className="muted">These words are you. Read them to people who want to be sure:</p>
                  <SafetyWords words={identity.data.safety_words} large />
                </>
              )}
              <Button size="md" onClick={() => void finish()} data-autofocus>
                Open Covey
              </Button>
            </>
          )}
        </div>
        {step > 0 && (
          <button type="button" className="bare plain-link welcome-back" onClick={() => setStep(step - 1)}>
            Back
          </button>
        )}
      </div>
    </main>
  );
}
