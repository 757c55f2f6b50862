// A headless Chromium, Debian's own or the one that CHROMIUM names, and what goes wrong on its pages.

import { createRequire } from 'node:module';

// The packages are the web UI's: nothing is installed here.
const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
export const axeSource = require('node:fs').readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const switches = [
  '--no-sandbox', // root runs the tests in containers; the pages are our own
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = (more = []) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: [...switches, ...more] });

/** A window of its own, with its cookies, signed in to this peer. `page.problems` lists what the console complained of. */
export async function openPeer(browser, peer, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    permissions: [],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('dialog', (dialog) => {
    page.problems.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const signedIn = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/session'));
  await page.goto(await peer.link());
  await signedIn;
  return page;
}
