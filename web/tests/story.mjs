// Two people and a tracker, real daemons, the built page with its Content-Security-Policy: they join, share, ask, approve, and use a ticket.
//   npm run build && COVEY=… COVEY_TRACKER=… node tests/story.mjs [FOLDER for pictures]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { openBrowser, openPage } from './browser.mjs';
import { serveBefore } from './serve.mjs';

const { COVEY, COVEY_TRACKER } = process.env;
if (!COVEY || !COVEY_TRACKER) throw new Error('set COVEY and COVEY_TRACKER to the built programs');
const pictures = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), 'covey-web-'));
const children = [];
const steps = [];

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function start(program, args, home) {
  const child = spawn(program, args, { env: { ...process.env, COVEY_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const said = (pattern) =>
    new Promise((resolve, reject) => {
      const until = Date.now() + 30_000;
      const look = () => {
        const match = pattern.exec(text);
        if (match) resolve(match[0]);
        else if (Date.now() > until) reject(new Error(`${program} never said ${pattern}: ${text}`));
        else setTimeout(look, 50);
      };
      look();
    });
  return { child, said };
}

async function daemon(name) {
  const home = join(scratch, name);
  const running = start(COVEY, ['daemon', '--listen', '127.0.0.1:0'], home);
  await running.said(/ready/);
  return { home, ended: new Promise((resolve) => running.child.on('exit', resolve)) };
}

async function person(browser, name) {
  spawnSync(COVEY, ['init'], { env: { ...process.env, COVEY_HOME: join(scratch, name) }, stdio: 'ignore' });
  const { home, ended } = await daemon(name);
  const server = await serveBefore(join(home, 'api.sock'));
  const { context, page, problems } = await openPage(browser, { viewport: { width: 1280, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'] });
  page.setDefaultTimeout(20_000);
  const downloads = join(scratch, `downloads-${name}`);
  mkdirSync(downloads);
  const go = (path) => page.goto(server.url + path);
  await go('/');
  return { name, home, ended, server, context, page, problems, downloads, go, shot: (what) => pictures && page.screenshot({ path: join(pictures, `story-${what}.png`) }) };
}

async function step(what, does) {
  const began = Date.now();
  await does();
  steps.push(what);
  console.log(`ok   ${what} (${Date.now() - began} ms)`);
}

async function join_(who, link) {
  await who.go('/settings#networks');
  await who.page.getByLabel('The network’s link').fill(link);
  await who.page.getByLabel('Your name in it').fill(who.name);
  await who.page.getByRole('button', { name: 'Join', exact: true }).click();
  await who.page.getByText('Online', { exact: true }).waitFor();
}

async function shareFile(who, name, bytes) {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  await who.go('/shares');
  await who.page.getByRole('button', { name: 'Share', exact: true }).last().click();
  await who.page.getByLabel('On this machine').fill(path);
  await who.page.getByRole('button', { name: 'Next' }).click();
  await who.page.getByRole('dialog').getByRole('button', { name: 'Share', exact: true }).click();
  await who.page.getByText('is shared.').waitFor();
  return path;
}

const arrived = async (path, bytes) => {
  const until = Date.now() + 30_000;
  while (!(existsSync(path) && readFileSync(path).equals(bytes))) {
    if (Date.now() > until) throw new Error(`${path} has not arrived whole`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const browser = await openBrowser();
let failed = '';
const people = [];
try {
  if (pictures) mkdirSync(pictures, { recursive: true });
  const port = await freePort();
  const tracker = start(COVEY_TRACKER, ['--home', join(scratch, 'tracker'), '--listen', `127.0.0.1:${port}`, '--address', `127.0.0.1:${port}`], scratch);
  const link = await tracker.said(/covey-network:\S+/);
  const alice = await person(browser, 'alice');
  const bob = await person(browser, 'bob');
  people.push(alice, bob);
  const content = randomBytes(3_000_000);

  await step('the first steps are shown to who has nothing yet', () => alice.page.getByRole('heading', { name: 'Three first steps' }).waitFor());
  await step('both join a network by its link', async () => {
    await join_(alice, link);
    await join_(bob, link);
  });
  await step('alice shares a file by its path', async () => {
    await shareFile(alice, 'film.bin', content);
    await alice.shot('shared');
  });
  await step('bob finds it and asks', async () => {
    await bob.go('/discover?q=film');
    await bob.page.getByRole('button', { name: 'Ask for film.bin' }).click();
    await bob.page.getByLabel('Save in').fill(bob.downloads);
    await bob.page.getByLabel(/A word to its owner/).fill('for <b>me</b>');
    await bob.page.getByRole('button', { name: 'Ask for it' }).click();
    await bob.page.getByText(/^Asked\./).waitFor();
    await bob.shot('asked');
  });
  await step('alice sees the request as it comes, as text, and says yes by a key', async () => {
    await alice.go('/requests');
    const card = alice.page.getByRole('article').filter({ hasText: 'film.bin' });
    await card.getByText('for <b>me</b>').waitFor();
    await alice.shot('request');
    await card.focus();
    await alice.page.keyboard.press('y');
    await card.getByText('Approved').waitFor();
  });
  await step('the download begins by itself and is complete', async () => {
    await bob.go('/transfers');
    await bob.page.getByRole('row').filter({ hasText: 'film.bin' }).getByText('Complete').waitFor();
    await arrived(join(bob.downloads, 'film.bin'), content);
    await bob.page.getByRole('row').filter({ hasText: 'film.bin' }).click();
    await bob.page.getByRole('heading', { name: 'Facts' }).waitFor();
    await bob.shot('complete');
  });
  await step('bob shares a file, alice gets it by a ticket', async () => {
    const other = randomBytes(1_000_000);
    await shareFile(bob, 'notes.bin', other);
    await bob.page.getByRole('button', { name: 'Make a ticket for somebody' }).click();
    await bob.page.getByRole('button', { name: 'Make the ticket' }).click();
    const ticket = await bob.page.locator('.ticket-text').innerText();
    await bob.shot('ticket');
    await alice.page.getByRole('button', { name: 'I have a ticket' }).first().click();
    await alice.page.getByLabel('Ticket', { exact: true }).fill(ticket);
    await alice.page.getByLabel('Save in').fill(alice.downloads);
    await alice.page.getByRole('button', { name: 'Get it' }).click();
    await arrived(join(alice.downloads, 'notes.bin'), other);
  });
  await step('a running download is looked at, paused, resumed and cancelled', async () => {
    await shareFile(bob, 'large.bin', randomBytes(40_000_000));
    await bob.page.getByRole('button', { name: 'Make a ticket for somebody' }).click();
    await bob.page.getByRole('button', { name: 'Make the ticket' }).click();
    const ticket = await bob.page.locator('.ticket-text').innerText();
    await alice.go('/settings');
    await alice.page.getByLabel('Download at most').fill('2M');
    await alice.page.getByRole('button', { name: 'Save limits' }).click();
    await alice.page.getByText(/Saved; the limits hold/).waitFor();
    await alice.go('/transfers');
    await alice.page.getByRole('button', { name: 'I have a ticket' }).first().click();
    await alice.page.getByLabel('Ticket', { exact: true }).fill(ticket);
    await alice.page.getByLabel('Save in').fill(alice.downloads);
    await alice.page.getByRole('button', { name: 'Get it' }).click();
    const detail = alice.page.getByRole('dialog');
    await detail.getByText('Running').waitFor();
    await detail.getByText('the owner', { exact: true }).waitFor();
    await alice.page.waitForTimeout(5000);
    await alice.shot('running');
    await detail.getByRole('button', { name: 'Pause' }).click();
    await detail.getByText('Paused').waitFor();
    await detail.getByRole('button', { name: 'Resume' }).click();
    await detail.getByText('Running').waitFor();
    await detail.getByLabel('More about this transfer').click();
    await alice.page.getByRole('menuitem', { name: 'Cancel…' }).click();
    await alice.page.getByRole('button', { name: 'Cancel and delete' }).click();
    await detail.getByText('Cancelled').waitFor();
    if (existsSync(join(alice.downloads, 'large.bin.covey-part'))) throw new Error('what had arrived was not deleted');
  });
  await step('alice takes her yes back', async () => {
    await alice.go('/shares');
    await alice.page.getByRole('link', { name: 'film.bin' }).click();
    await alice.page.getByRole('button', { name: 'Take back' }).click();
    await alice.page.getByRole('button', { name: 'Take it back' }).click();
    await alice.page.getByText(/^Taken back/).waitFor();
    await alice.shot('revoked');
  });
  await step('alice blocks bob, and unblocks him', async () => {
    await alice.go('/people');
    await alice.page.getByRole('link', { name: 'bob' }).click();
    await alice.page.getByRole('button', { name: 'Block…' }).click();
    await alice.page.getByRole('button', { name: 'Block', exact: true }).click();
    await alice.page.getByText('You blocked them.').waitFor();
    await alice.shot('person');
    await alice.page.getByRole('button', { name: 'Unblock' }).click();
    await alice.page.getByText('You blocked them.').waitFor({ state: 'detached' });
  });
  await step('the log tells it, and verifies', async () => {
    await alice.go('/audit/log');
    await alice.page.getByText('Request approved').first().waitFor();
    await alice.page.getByRole('button', { name: 'Verify' }).click();
    await alice.page.getByText(/The log is whole/).waitFor();
    await alice.shot('log');
  });
  await step('limits with a schedule are saved', async () => {
    await alice.go('/settings');
    await alice.page.getByLabel('Download at most').fill('3M');
    await alice.page.getByRole('button', { name: 'Add hours' }).click();
    await alice.page.getByRole('button', { name: 'Save limits' }).click();
    await alice.page.getByText(/Saved; the limits hold/).waitFor();
    await alice.shot('limits');
  });
  await step('an error is told in the daemon’s words', async () => {
    await alice.page.getByRole('button', { name: 'I have a ticket' }).first().click();
    await alice.page.getByLabel('Ticket', { exact: true }).fill('covey:short');
    await alice.page.getByLabel('Save in').fill('/tmp');
    await alice.page.getByRole('button', { name: 'Get it' }).click();
    await alice.page.getByRole('dialog').getByRole('alert').waitFor();
    await alice.shot('refused');
    await alice.page.keyboard.press('Escape');
  });
  await step('a restart of the daemon is survived', async () => {
    await alice.go('/transfers');
    await alice.page.getByRole('row').filter({ hasText: 'notes.bin' }).waitFor();
    spawnSync(COVEY, ['daemon', '--stop'], { env: { ...process.env, COVEY_HOME: alice.home }, stdio: 'ignore' });
    await alice.page.getByText('Reconnecting to the daemon.').waitFor();
    await alice.page.getByRole('row').filter({ hasText: 'notes.bin' }).waitFor();
    await alice.shot('reconnecting');
    await alice.ended;
    await daemon('alice');
    await alice.page.getByText('Reconnecting to the daemon.').waitFor({ state: 'detached' });
  });
  for (const each of people) {
    const bad = each.problems.filter((text) => !/status of (40[0-9]|502)|ERR_INCOMPLETE|ERR_CONNECTION|Bad Gateway/.test(text));
    if (bad.length > 0) throw new Error(`${each.name}’s page complained: ${bad.join('; ')}`);
  }
} catch (error) {
  failed = String(error);
  for (const each of people) await each.shot(`failed-${each.name}`);
} finally {
  await browser.close();
  for (const each of people) each.server.close();
  const gone = children.map((child) => (child.exitCode === null && child.signalCode === null ? new Promise((resolve) => child.on('exit', resolve)) : undefined));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(gone);
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failed === '' ? `the story was told: ${steps.length} steps` : `after ${steps.length} steps: ${failed}`);
process.exit(failed === '' ? 0 : 1);
