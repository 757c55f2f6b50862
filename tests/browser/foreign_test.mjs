// Pages of others, open in the browser in which the owner is signed in: one on another port of the same machine, whose requests
// carry the session's cookie, and one whose name leads to the daemon (DNS rebinding). Neither learns or changes anything.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { openBrowser, openPeer } from './support/browser.mjs';
import { Town } from './support/peers.mjs';

let town, browser, alice, hers, foreign, elsewhere;

before(async () => {
  town = await Town.found();
  alice = await town.peer('alice');
  browser = await openBrowser(['--host-resolver-rules=MAP rebound.example 127.0.0.1']);
  hers = await openPeer(browser, alice);
  foreign = createServer((asked, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>another site</title>'));
  await new Promise((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  elsewhere = await hers.context().newPage();
  await elsewhere.goto(`http://127.0.0.1:${foreign.address().port}/`);
});

after(async () => {
  await browser?.close();
  foreign?.close();
  await town?.close();
});

/** What becomes of a request that the page makes: the status of its answer, or how the browser kept the answer from the page. */
async function fateOf(page, target, does, argument) {
  const asked = page.waitForEvent('request', (request) => new URL(request.url()).pathname === target);
  await page.evaluate(does, argument);
  const request = await asked;
  const answer = await request.response();
  return answer ? String(answer.status()) : request.failure().errorText;
}

const refused = /^403$|BLOCKED/;

test('the cookie goes along to another port: it is not enough', async () => {
  const address = `${alice.origin}/api/v1/status`;
  assert.match(await fateOf(elsewhere, '/api/v1/status', (url) => void fetch(url, { mode: 'no-cors', credentials: 'include' }), address), refused);
  const read = await elsewhere.evaluate((url) => fetch(url, { credentials: 'include' }).then((answer) => answer.text(), () => 'unreadable'), address);
  assert.equal(read, 'unreadable');
});

test('what changes something is refused, by script and by form', async () => {
  const stop = `${alice.origin}/api/v1/stop`;
  assert.match(await fateOf(elsewhere, '/api/v1/stop', (url) => void fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }), stop), refused);
  const send = (url) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: url, target: 'aside' });
    document.body.append(Object.assign(document.createElement('iframe'), { name: 'aside' }), form);
    form.submit();
  };
  assert.match(await fateOf(elsewhere, '/api/v1/stop', send, stop), refused);
  await alice.covey('status');
});

test('it cannot be framed', async () => {
  const frame = (url) => void document.body.append(Object.assign(document.createElement('iframe'), { name: 'framed', src: url }));
  await elsewhere.evaluate(frame, `${alice.origin}/`);
  const inside = await elsewhere.waitForEvent('requestfailed', (asked) => asked.url() === `${alice.origin}/`);
  assert.match(inside.failure().errorText, /BLOCKED/);
});

test('a name that was bound to this machine is not served the API', async () => {
  const rebound = await hers.context().newPage();
  const origin = `http://rebound.example:${alice.uiPort}`;
  const answer = await rebound.goto(`${origin}/`);
  assert.equal(answer.status(), 403);
  assert.match(await fateOf(rebound, '/api/v1/status', () => void fetch('/api/v1/status'), undefined), refused);
});

test('the owner is signed in all along', async () => {
  await hers.reload();
  assert.equal(await hers.evaluate(() => fetch('/api/v1/status').then((answer) => answer.status)), 200);
});
