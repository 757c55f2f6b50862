// What a screen reader and weak eyes would trip over, on every page and the main dialogs, in light and dark; and that no page is
// wider than a phone. Anything that axe calls serious or critical fails.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axeSource, openBrowser, openPeer } from './support/browser.mjs';
import { goTo, opened, pages, settled } from './support/sights.mjs';
import { populatedTown } from './support/village.mjs';

const schemes = ['light', 'dark'];
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
// Axe is evaluated in the page, which its policy forbids; what the policy does is asked for in hostile_test.
const lenient = { bypassCSP: true };
let village, browser;

before(async () => {
  village = await populatedTown();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await village?.town.close();
});

async function serious(page) {
  await settled(page);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter((each) => each.impact === 'serious' || each.impact === 'critical')
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}

async function faultless(page, where) {
  const found = await serious(page);
  assert.deepEqual(found, [], `${where}:\n${found.join('\n')}`);
}

/** How many pixels the document is wider than the screen. Not than the window: a phone zooms out until it is as wide. */
const overhang = async (page) => (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width;

const sightOf = (name) => pages.find((each) => each[0] === name);

for (const colorScheme of schemes) {
  test(`each page, ${colorScheme}`, async (t) => {
    const page = await openPeer(browser, village.alice, { ...lenient, colorScheme });
    for (const sight of pages) {
      await t.test(sight[0], async () => {
        await goTo(page, village, sight);
        await faultless(page, `${sight[0]}, ${colorScheme}`);
      });
    }
    await page.context().close();
  });

  test(`what opens over a page, ${colorScheme}`, async (t) => {
    const page = await openPeer(browser, village.alice, { ...lenient, colorScheme });
    for (const [name, from, act, sign] of opened) {
      await t.test(name, async () => {
        await goTo(page, village, sightOf(from));
        await act(page, village);
        await sign(page).waitFor();
        await faultless(page, `${name}, ${colorScheme}`);
      });
    }
    await page.context().close();
  });

  test(`for somebody new, and signed out, ${colorScheme}`, async () => {
    const frida = await village.town.peer(`frida-${colorScheme}`);
    const page = await openPeer(browser, frida, { ...lenient, colorScheme });
    await page.getByLabel('Your name').waitFor();
    await faultless(page, `welcome, ${colorScheme}`);
    await frida.api('POST', '/identity/done');
    await page.goto(frida.origin);
    await page.getByRole('heading', { name: 'Three first steps' }).waitFor();
    await faultless(page, `empty home, ${colorScheme}`);
    await page.context().clearCookies();
    await page.goto(frida.origin);
    await page.getByText('covey ui', { exact: true }).first().waitFor();
    await faultless(page, `signed out, ${colorScheme}`);
    await page.context().close();
  });
}

test('on a phone, no page is wider than the window', async (t) => {
  const page = await openPeer(browser, village.alice, { ...lenient, ...phone });
  for (const sight of pages) {
    await t.test(sight[0], async () => {
      await goTo(page, village, sight);
      assert.ok((await overhang(page)) <= 0, `${sight[0]} is ${await overhang(page)} pixels wider than the window`);
      if (['home', 'transfers', 'chat'].includes(sight[0])) await faultless(page, `${sight[0]}, phone`);
    });
  }
  await page.context().close();
});
