// A Chromium for the checks, Debian's own or the one that CHROMIUM names.
import { chromium } from 'playwright-core';

export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

export const pages = [
  ['home', '/'],
  ['discover', '/discover'],
  ['transfers', '/transfers'],
  ['shares', '/shares'],
  ['requests', '/requests'],
  ['chat', '/chat/first'],
  ['people', '/people'],
  ['alerts', '/audit'],
  ['log', '/audit/log'],
  ['settings', '/settings'],
];

/** A page of the browser that notes what went wrong on it. */
export async function openPage(browser, options) {
  const context = await browser.newContext({ serviceWorkers: 'block', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const problems = [];
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && !/Service Worker registration blocked|status of 40[14]/.test(message.text())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return { context, page, problems };
}

/** The path with what only the running world knows filled in. */
export function pathIn(world, path) {
  return path.replace('/chat/first', world.chats[0] ? `/chat/${world.chats[0].peer_id}` : '/chat');
}
