// Takes the pictures of docs/screenshots: the village as alice sees it, and the welcome of somebody new.
//   node tests/browser/support/pictures.mjs FOLDER [PAGE…]        with COVEY and COVEY_TRACKER; see scripts/screenshots

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { openBrowser, openPeer } from './browser.mjs';
import { withPalette } from './palette.mjs';
import { goTo, opened, pages, settled } from './sights.mjs';
import { populatedTown } from './village.mjs';

const [target, ...only] = process.argv.slice(2);
const wanted = (name) => only.length === 0 || only.includes(name);
const phonePages = ['home', 'transfers', 'chat'];
// A time of day at which people look at such things, wherever and whenever the pictures are taken.
const morning = () => {
  const offset = 10 - new Date().getUTCHours();
  return { locale: 'en-GB', timezoneId: offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}` };
};
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

async function shoot(page, folder, name) {
  const file = path.join(target, folder, `${name}.png`);
  await settled(page);
  // A drawer that opens by its address shows where the keyboard is; by a click it would not.
  await page.evaluate(() => document.activeElement?.blur());
  await writeFile(file, withPalette(await page.screenshot({ animations: 'disabled', caret: 'hide' })));
  console.log(path.relative(process.cwd(), file));
}

async function shootAll(browser, village, stranger, colorScheme) {
  const page = await openPeer(browser, village.alice, { colorScheme, ...morning() });
  for (const sight of pages.filter(([name]) => wanted(name))) {
    await goTo(page, village, sight);
    await page.locator('.side .speed .on').first().waitFor();
    // The graphs have something to draw once a while has passed.
    if (['home', 'transfer'].includes(sight[0])) await page.waitForTimeout(9000);
    await shoot(page, colorScheme, sight[0]);
  }
  const [, from, act, sign] = opened[0];
  if (wanted('ticket')) {
    await goTo(page, village, pages.find(([name]) => name === from));
    await act(page, village);
    await sign(page).waitFor();
    await shoot(page, colorScheme, 'ticket');
  }
  if (wanted('welcome')) {
    const first = await openPeer(browser, stranger, { colorScheme, ...morning() });
    await first.getByLabel('Your name').waitFor();
    await shoot(first, colorScheme, 'welcome');
    await first.context().close();
  }
  await page.context().close();
}

const village = await populatedTown();
let browser;
try {
  const stranger = await village.town.peer('frida');
  browser = await openBrowser();
  for (const folder of ['light', 'dark', 'phone']) await mkdir(path.join(target, folder), { recursive: true });
  for (const scheme of ['light', 'dark']) await shootAll(browser, village, stranger, scheme);
  const page = await openPeer(browser, village.alice, { ...phone, colorScheme: 'light', ...morning() });
  for (const sight of pages.filter(([name]) => phonePages.includes(name) && wanted(name))) {
    await goTo(page, village, sight);
    await shoot(page, 'phone', sight[0]);
  }
} finally {
  await browser?.close();
  await village.town.close();
}
