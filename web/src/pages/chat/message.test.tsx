import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ChatMessage } from '../../api/types';
import { Message } from './message';

const message = (text: string, more: Partial<ChatMessage> = {}): ChatMessage => ({ id: 'm', peer_id: 'p', direction: 'in', at: 0, text, state: 'delivered', problem: '', read: true, ...more });
const show = (each: ChatMessage) =>
  render(
    <MantineProvider>
      <ul>
        <Message message={each} />
      </ul>
    </MantineProvider>,
  );

beforeAll(() => {
  window.matchMedia = () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
});
afterEach(cleanup);

test('markup in a message is shown as text', () => {
  const { container } = show(message('<img src=x onerror=alert(1)><b>bold</b>'));
  expect(screen.getByText('<img src=x onerror=alert(1)><b>bold</b>')).toBeTruthy();
  expect(container.querySelector('img, b')).toBeNull();
});

test('an address is no link, and opens nothing by itself', () => {
  const open = vi.spyOn(window, 'open').mockReturnValue(null);
  const { container } = show(message('see https://example.org/x'));
  expect(container.querySelector('a')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'https://example.org/x' }));
  expect(open).not.toHaveBeenCalled();
});

test('a ticket becomes a card that gets it, but not for who sent it', () => {
  const ticket = 'covey:ahlvvgabqkyqvn6vjp7nhslea45a5yls6pnkmizfv4bbu2hxa5iruaabaibqibiga4eascqlbqgq4dybataaaaqhduidvjt7';
  show(message(`here: ${ticket}`));
  expect(screen.getByRole('button', { name: 'Get' })).toBeTruthy();
  cleanup();
  show(message(ticket, { direction: 'out' }));
  expect(screen.queryByRole('button', { name: 'Get' })).toBeNull();
});

test('words of others cannot turn around what stands beside them', () => {
  const { container } = show(message('\u202Eevil'));
  expect(container.querySelector('bdi')?.textContent).toBe('\u202Eevil');
});

test('what failed says why and can be sent again', () => {
  show(message('hello', { direction: 'out', state: 'failed', problem: 'nobody could reach them for 14 days' }));
  expect(screen.getByText('nobody could reach them for 14 days')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Send it again' })).toBeTruthy();
});
