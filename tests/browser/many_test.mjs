// Ten thousand transfers, all of which change: only those in sight are in the document, and each can be found. The page is a
// daemon's; its answers are made up (web/tests/fixture), for no machine here has so many transfers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startFixture } from '../../web/tests/fixture/server.mjs';
import { openBrowser, openPeer } from './support/browser.mjs';
import { Town, eventually } from './support/peers.mjs';

const all = 10_012;
// A screen has fourteen; some more are drawn above and below.
const drawnAtMost = 60;
let town, fixture, browser, page;

before(async () => {
  town = await Town.found();
  fixture = await startFixture({ port: 0, kind: 'many' });
  browser = await openBrowser();
  page = await openPeer(browser, await town.peer('alice'));
  await page.context().route(/\/api\/v1\//, (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: fixture.url + pathname + search });
  });
});

after(async () => {
  await browser?.close();
  fixture?.close();
  await town?.close();
});

const grid = () => page.getByRole('grid', { name: 'Transfers' });
const drawn = () => grid().getByRole('row').count();
const rowCount = async () => Number(await grid().getAttribute('aria-rowcount'));

test('all are counted, and those in sight are drawn', async () => {
  await page.goto(`${town.peers[0].origin}/transfers`);
  await page.getByRole('button', { name: 'All 10,012' }).waitFor();
  await eventually('the rows are there', async () => (await drawn()) > 5);
  assert.equal(await rowCount(), all + 1);
  assert.ok((await drawn()) < drawnAtMost, `${await drawn()} rows are drawn`);
});

test('the last can be scrolled to, and no more are drawn then', async () => {
  await grid().getByRole('row').nth(1).focus();
  await page.keyboard.press('End');
  await page.locator(`[data-index="${all - 1}"]`).waitFor();
  assert.ok((await drawn()) < drawnAtMost, `${await drawn()} rows are drawn`);
  await page.keyboard.press('Home');
  await page.locator('[data-index="0"]').waitFor();
});

test('words find one of them, while all change', async () => {
  const flood = setInterval(() => {
    for (const transfer of fixture.world.transfers) fixture.tell({ transfer });
  }, 1000);
  try {
    await page.getByLabel('Search in transfers').fill('part-04242');
    await eventually('one is left', async () => (await rowCount()) === 2);
    const row = grid().getByRole('row', { name: 'dataset-part-04242' });
    await row.waitFor();
    const found = fixture.world.transfers.find((each) => each.title.startsWith('dataset-part-04242'));
    Object.assign(found, { state: 'verifying' });
    await row.getByText('Checking').waitFor();
  } finally {
    clearInterval(flood);
  }
  await page.getByLabel('Search in transfers').fill('');
  await eventually('all are back', async () => (await rowCount()) === all + 1);
});

test('the first page tells of the first few', async () => {
  await page.getByRole('link', { name: 'Home' }).first().click();
  const lines = page.getByRole('region', { name: 'Under way' }).getByRole('listitem');
  await lines.first().waitFor();
  assert.equal(await lines.count(), 6);
});

test('nothing was complained of on the way', () => assert.deepEqual(page.problems, []));
