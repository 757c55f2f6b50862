// A page that outlives what it shows: reloaded in the middle of a download, and with its daemon killed and started again; and what
// the keyboard reaches.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, openPeer } from './support/browser.mjs';
import { Town, eventually } from './support/peers.mjs';

const content = randomBytes(24 << 20);
let town, browser, alice, bob, page, id;

before(async () => {
  town = await Town.found();
  browser = await openBrowser();
  [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => town.peer(name)));
  await bob.api('POST', '/identity/done');
  await alice.covey('share', await alice.file('film.mkv', content));
  const ticket = await eventually('it can be given', () => alice.covey('ticket', 'film.mkv').catch(() => null));
  const begun = await bob.api('POST', '/transfers', { ticket: ticket.trim(), directory: bob.downloads, settings: { limit_down: 500_000 } });
  id = begun.id;
  page = await openPeer(browser, bob);
});

after(async () => {
  await browser?.close();
  await town?.close();
});

const bytesDone = async () => (await bob.api('GET', `/transfers/${id}`)).transfer.bytes_done;
const row = () => page.getByRole('row', { name: 'film.mkv' });
/** What the bar says, in per cent. */
const shown = async () => Number(await row().getByRole('progressbar').getAttribute('aria-valuenow'));
const shownBeyond = (percent) => eventually(`the page shows more than ${percent} %`, async () => (await shown().catch(() => 0)) > percent);

test('a download that runs is seen, and goes on through a reload', async () => {
  await page.goto(`${bob.origin}/transfers`);
  await row().getByText('Running').waitFor();
  await shownBeyond(0);
  const before = await bytesDone();
  await page.reload();
  await row().getByText('Running').waitFor();
  assert.equal(await page.getByRole('row').count(), 2, 'the head and one transfer');
  await shownBeyond((100 * before) / content.length);
});

test('a daemon that is killed is waited for, and its download goes on from where it was', async () => {
  const before = await bytesDone();
  await bob.daemon.stop('SIGKILL');
  await page.getByText('Reconnecting to the daemon.').waitFor();
  // What was there stays in sight meanwhile.
  await row().waitFor();
  await bob.start();
  await page.getByText('Reconnecting to the daemon.').waitFor({ state: 'hidden' });
  await row().getByText('Running').waitFor();
  const { transfer } = await bob.api('GET', `/transfers/${id}`);
  assert.ok(transfer.bytes_resumed > 0, 'it begins anew');
  assert.ok(transfer.bytes_done >= before / 2, `${transfer.bytes_done} of ${before} bytes are left`);
  assert.equal(await page.getByText('Open Covey from your terminal').count(), 0, 'it asks to sign in again');
  await shownBeyond((100 * transfer.bytes_resumed) / content.length);
});

test('what happens after the restart is seen without a reload', async () => {
  await page.getByRole('link', { name: 'Shares' }).first().click();
  await page.getByRole('heading', { name: 'Shares' }).waitFor();
  await bob.covey('share', await bob.file('recipe.txt', 'plums'));
  await page.getByRole('link', { name: /recipe\.txt/ }).first().waitFor();
});

test('it completes, and every byte is the same', async () => {
  await page.getByRole('link', { name: 'Transfers' }).first().click();
  await bob.api('POST', `/transfers/${id}/settings`, {});
  await row().getByText('Complete').waitFor({ timeout: 60_000 });
  const file = path.join(bob.downloads, 'film.mkv');
  assert.ok((await readFile(file)).equals(content));
});

test('the keyboard reaches the navigation, the shortcuts and the way out of them', async () => {
  await page.goto(`${bob.origin}/`);
  const shares = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Shares' });
  await shares.waitFor();
  await eventually(
    'Tab reaches it',
    async () => {
      await page.keyboard.press('Tab');
      return shares.evaluate((link) => link === document.activeElement);
    },
    10_000,
  );
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Shares', exact: true }).waitFor();
  await page.keyboard.press('?');
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await shortcuts.waitFor();
  await page.keyboard.press('Escape');
  await shortcuts.waitFor({ state: 'hidden' });
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('heading', { name: 'Transfers', exact: true }).waitFor();
  await page.keyboard.press('+');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('On this machine').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Search in transfers');
});

test('only the lost connection was complained of on the way', () => {
  const lost = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED/;
  assert.deepEqual(page.problems.filter((each) => !lost.test(each)), []);
});
