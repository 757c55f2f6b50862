// Names, reasons and messages that want to be more than text: on every page, none runs a script, none breaks the policy of the
// page, and none leads anywhere.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, openPeer } from './support/browser.mjs';
import { Town, eventually } from './support/peers.mjs';

const seeds = [
  '<script>window.ran=1</script>',
  '<img src=x onerror="window.ran=1">',
  '"><svg onload=window.ran=1>',
  "';window.ran=1;//",
  '{{constructor.constructor("window.ran=1")()}}',
  '${window.ran=1}',
  'javascript:window.ran=1',
  '[click](javascript:window.ran=1)',
  'data:text/html,<script>window.ran=1</script>',
  '<iframe srcdoc="<script>parent.ran=1</script>">',
  '<style>*{display:none}</style>',
  '<base href="http://elsewhere.invalid/">',
  '<meta http-equiv="refresh" content="0;url=http://elsewhere.invalid/">',
  '<a href="http://elsewhere.invalid/" ping="http://elsewhere.invalid/">here</a>',
  '<form action="http://elsewhere.invalid/"><input name=q autofocus onfocus=window.ran=1>',
  '&lt;script&gt;window.ran=1&lt;/script&gt;',
  'photo\u202egpj.exe',
  '\u2066\u2067\u2068isolated\u2069',
  '\u200b\u200c\u200d\ufeff',
  'Z\u0351\u036b\u0343a\u0325l\u0348g\u0324o\u0349'.repeat(8),
  '👩‍👩‍👧‍👦'.repeat(9),
  '𝕏'.repeat(40),
  'عنوان بالعربية مع English',
  'CON',
  '..',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  '\u0000nothing',
  'covey:ahlvvgabqkyqvn6vjp7nhslea45a5yls6pnkmizfv4bbu2hxa5iruaabaibqibiga4eascqlbqgq4dybataaaaqhduidvjt7',
];
const pages = ['/', '/discover', '/transfers', '/shares', '/requests', '/chat', '/people', '/audit', '/audit/log', '/settings'];

/** Title number `i`: each seed in many dresses. */
function hostile(i) {
  const seed = seeds[i % seeds.length];
  const round = Math.floor(i / seeds.length);
  const dresses = [seed, `${round} ${seed}`, `${seed} ${round}`, `“${seed}”`, `${seed}${seed}`];
  return round < dresses.length ? dresses[round] : `${seed}${'<b>'.repeat(round)}`;
}

let town, browser, alice, bob, page;

before(async () => {
  town = await Town.found();
  const network = await town.openNetwork();
  browser = await openBrowser();
  alice = await town.peer('alice', network);
  bob = await town.peer('bob', network);
});

after(async () => {
  await browser?.close();
  await town?.close();
});

async function look(address) {
  await page.goto(`${alice.origin}${address}`);
  await page.getByRole('heading').first().waitFor();
  await page.mouse.wheel(0, 4000);
  await page.mouse.wheel(0, -4000);
  assert.equal(await page.evaluate(() => window.ran), undefined, address);
  assert.equal(new URL(page.url()).origin, alice.origin);
}

/** The same without what no title may have: separators, and characters that hide or turn text. */
const title = (i) => hostile(i).replaceAll('\0', '').replaceAll('/', '\u2215').replaceAll(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');

test('500 titles, names of files, reasons and messages stay text', async () => {
  let shown = 0;
  let refused = 0;
  for (let i = 0; i < 180; i += 1) {
    for (const peer of [alice, bob]) {
      const folder = path.join(peer.files, String(i));
      await mkdir(folder);
      await writeFile(path.join(folder, `${title(i).slice(0, 60).trim()}.txt`), `${i}`);
      const shared = (name) => peer.api('POST', '/shares', { path: folder, title: name, reveal_names: true }).then(() => true, () => false);
      // What no title may be is refused; the rest has to be shown.
      if (await shared(hostile(i))) shown += 1;
      else {
        refused += 1;
        if (await shared(title(i))) shown += 1;
      }
    }
  }
  const [aliceId, bobId] = [(await alice.json('id'))[0].peer_id, (await bob.json('id'))[0].peer_id];
  for (let i = 0; i < 180; i += 1) {
    const [writer, reader] = i < 80 ? [bob, aliceId] : [alice, bobId];
    await writer.api('POST', `/chats/${reader}/messages`, { text: hostile(i) }).then(() => (shown += 1), () => null);
  }
  const found = await eventually('bob finds them', async () => {
    const all = await bob.json('search', '--limit', '100').catch(() => []);
    return all.length >= 50 && all;
  });
  // A few: who asks too much is blocked.
  for (const [i, share] of found.filter((each) => each.owner_name === 'alice').slice(0, 8).entries())
    await bob.api('POST', '/transfers', { share: share.share_id, owner: share.owner, directory: bob.downloads, reason: hostile(i) }).then(() => (shown += 1), () => null);
  assert.ok(shown >= 500, `${shown} were taken and ${refused} titles refused`);
  await eventually('the messages are there', async () => (await alice.json('chat').catch(() => [])).length > 0);

  page = await openPeer(browser, alice);
  const leaving = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== alice.origin) leaving.push(request.url());
  });
  for (const address of pages) await look(address);
  const [peer] = await alice.json('chat');
  await look(`/chat/${peer.peer_id}`);
  for (const button of await page.getByRole('log').getByRole('link').all())
    assert.ok(!(await button.getAttribute('href'))?.startsWith('javascript:'));

  assert.deepEqual(leaving, []);
  assert.deepEqual(page.problems, []);
  const session = await page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()));
  assert.equal(session.csp_reports, 0);
});
