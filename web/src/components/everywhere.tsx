// What works on every page: keys, a ticket that is pasted, files that are dropped.
import { useEffect, useRef, useState } from 'react';
import { IconUpload } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { findTicket } from '../format/words';
import { dialogOpen, openDialog } from '../state/dialogs';
import { droppedFiles } from './dropped';
import { places } from './shell';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, [role="combobox"], [role="dialog"]') !== null);
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-search]');
  field?.focus();
  field?.select();
  return field !== null;
}

export function Everywhere() {
  const [, go] = useLocation();
  const [dropping, setDropping] = useState(false);
  const afterG = useRef(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || dialogOpen()) return;
      if (Date.now() - afterG.current < 1500) {
        afterG.current = 0;
        const place = places.find((each) => each.key === event.key);
        if (place) {
          event.preventDefault();
          go(place.path);
        }
        return;
      }
      if (event.key === 'g') afterG.current = Date.now();
      else if (event.key === '/') {
        event.preventDefault();
        if (!focusSearch()) {
          go('/discover');
          setTimeout(focusSearch, 150);
        }
      } else if (event.key === '?') openDialog({ kind: 'keys' });
      else if (event.key === '+') openDialog({ kind: 'share' });
      else if (event.key === 't' && event.target === document.body) openDialog({ kind: 'get' });
      else return;
      event.stopPropagation();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || dialogOpen()) return;
      const found = findTicket((event.clipboardData?.getData('text') ?? '').replace(/\s+/g, ''));
      if (found) openDialog({ kind: 'get', ticket: found.ticket });
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('paste', onPaste);
    };
  }, [go]);

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event) || dialogOpen()) return;
      event.preventDefault();
      setDropping(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDropping(false);
      if (dialogOpen() || !event.dataTransfer) return;
      void droppedFiles(event.dataTransfer).then((files) => {
        if (files.length > 0) openDialog({ kind: 'share', files });
      });
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);

  // A notification that was clicked leads to what it is about.
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return;
    const onMessage = (event: MessageEvent) => {
      const wish = event.data as { go?: string } | null;
      if (typeof wish?.go === 'string' && wish.go.startsWith('/')) go(wish.go);
    };
    navigator.serviceWorker.addEventListener('message', onMessage);
    return () => navigator.serviceWorker.removeEventListener('message', onMessage);
  }, [go]);

  if (!dropping) return null;
  return (
    <div className="drop-veil">
      <div>
        <IconUpload size={40} aria-hidden />
        <b>Drop to share</b>
        <span>Next you choose who may get it.</span>
      </div>
    </div>
  );
}
