// What people do with Covey, in real browsers against real daemons and a tracker: from the first run through sharing, searching,
// asking, approving, downloading, chatting and taking back, to an alert and its undoing.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, openPeer } from './support/browser.mjs';
import { Town, eventually } from './support/peers.mjs';
import { guess } from './support/tickets.mjs';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 0xff));
let town, network, browser, alice, bob, her, his;

before(async () => {
  town = await Town.found();
  network = await town.openNetwork();
  browser = await openBrowser();
  alice = await town.peer('alice');
  bob = await town.peer('bob', network);
});

after(async () => {
  await browser?.close();
  await town?.close();
});

test('the first run asks for a name and leads into a network', async () => {
  her = await openPeer(browser, alice);
  await her.getByLabel('Your name').fill('alice');
  await her.getByRole('button', { name: 'Next' }).click();
  await her.getByRole('button', { name: 'Go on without one' }).click();
  await her.getByLabel('The network’s link').fill(network);
  assert.equal(await her.getByLabel('Your name in it').inputValue(), 'alice');
  await her.getByRole('button', { name: 'Join', exact: true }).click();
  await her.getByText('A ticket carries the owner’s consent.').waitFor();
  await her.getByRole('button', { name: 'Open Covey' }).click();
  await her.getByRole('link', { name: 'Discover' }).waitFor();
  // It is asked once.
  await her.reload();
  await her.getByRole('link', { name: 'Discover' }).waitFor();
  assert.equal(await her.getByLabel('Your name').count(), 0);
});

test('a file of this machine is shared where it lies', async () => {
  const file = await alice.file('report.bin', content);
  await her.getByRole('link', { name: 'Shares' }).click();
  await her.getByRole('button', { name: 'Share', exact: true }).first().click();
  const dialog = her.getByRole('dialog');
  await dialog.getByLabel('On this machine').fill(file);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('each has to ask you before getting it').waitFor();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByText('is shared.').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await her.getByRole('link', { name: /report\.bin/ }).first().waitFor();
});

test('another member finds it, and asks with a reason', async () => {
  his = await openPeer(browser, bob);
  // He has joined by the command line: nobody needs to show him around.
  await his.getByRole('link', { name: 'Discover' }).click();
  await eventually('bob finds it', async () => {
    await his.getByRole('searchbox').fill('report');
    const found = his.getByRole('button', { name: 'Ask for report.bin' });
    if (await found.waitFor({ timeout: 1500 }).then(() => true, () => false)) return true;
    await his.reload();
    return false;
  });
  await his.getByRole('button', { name: 'Ask for report.bin' }).click();
  await his.getByLabel('A word to its owner').fill('for the minutes');
  await his.getByLabel('Save in').fill(bob.downloads);
  await his.getByRole('button', { name: 'Ask for it' }).click();
  await his.getByText('Asked.').waitFor();
});

test('the owner sees who asks, compares the words and says yes', async () => {
  await her.getByRole('link', { name: 'Home' }).click();
  const card = her.getByRole('article', { name: 'bob asks for report.bin' });
  await card.getByText('for the minutes').waitFor();
  const [identity] = await bob.json('id');
  for (const word of identity.safety_words.split(' ')) await card.getByText(word, { exact: true }).first().waitFor();
  await card.getByRole('button', { name: 'Approve for a day' }).click();
  const file = path.join(bob.downloads, 'report.bin');
  const arrived = await eventually('it arrives', () => readFile(file).catch(() => null));
  assert.ok(arrived.equals(content));
  await his.getByRole('link', { name: 'Transfers' }).click();
  await his.getByText('Complete', { exact: true }).first().waitFor();
});

test('two people write to each other, and see that it has arrived', async () => {
  await his.getByRole('link', { name: 'Chat' }).click();
  await his.getByRole('button', { name: 'New conversation' }).first().click();
  await his.getByRole('textbox', { name: 'With whom' }).fill('alice');
  await his.getByRole('option', { name: 'alice' }).click();
  await his.getByRole('button', { name: 'Begin' }).click();
  await his.getByLabel('Message', { exact: true }).fill('It is here. Thank you!');
  await his.keyboard.press('Enter');
  await her.getByRole('link', { name: /^Chat/ }).click();
  await her.getByRole('link', { name: /bob/ }).first().click();
  await her.getByRole('log').getByText('It is here. Thank you!').waitFor();
  await his.getByLabel('Delivered').first().waitFor();
  await her.getByLabel('Message', { exact: true }).fill('You are welcome.');
  await her.keyboard.press('Enter');
  await his.getByRole('log').getByText('You are welcome.').waitFor();
});

test('a yes is taken back', async () => {
  await her.getByRole('link', { name: 'Shares' }).click();
  await her.getByRole('link', { name: /report\.bin/ }).first().click();
  const drawer = her.getByRole('dialog');
  await drawer.getByRole('button', { name: 'Take back' }).first().click();
  await her.getByRole('button', { name: 'Take it back' }).click();
  await drawer.getByText(/Taken back/).first().waitFor();
  assert.deepEqual(await alice.json('grants'), []);
  await her.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
});

test('an alert says what was done by itself, and undoes it', async () => {
  const mallory = await town.peer('mallory');
  const ticket = (await alice.covey('ticket', 'report.bin')).trim();
  for (let i = 0; i < 8; i += 1) await mallory.covey('get', guess(ticket, i)).catch(() => null);
  await her.getByRole('link', { name: 'Alerts and log' }).click();
  const undo = her.getByRole('button', { name: 'Undo the block' });
  await undo.click();
  await her.getByText('Taken back', { exact: true }).first().waitFor();
  await mallory.covey('get', ticket);
});

test('nothing was complained of on the way', () => {
  for (const page of [her, his]) assert.deepEqual(page.problems, []);
});
