// Takes the pictures of docs/screenshots: the village as alice sees it, and the welcome of somebody new.
//   node tests/browser/support/pictures.mjs FOLDER [PAGE…]        with COVEY and COVEY_TRACKER; see scripts/screenshots

import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { openBrowser, openPeer } from './browser.mjs';
import { goTo, opened, pages, settled } from './sights.mjs';
import { populatedTown } from './village.mjs';

const [target, ...only] = process.argv.slice(2);
const wanted = (name) => only.length === 0 || only.includes(name);
const phonePages = ['home', 'transfers', 'chat'];
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** With a palette of 256 colours a picture needs a third; without ImageMagick it stays as it is. */
function slim(file) {
  try {
    execFileSync('convert', [file, '+dither', '-colors', '256', '-strip', '-define', 'png:compression-level=9', `PNG8:${file}`], { stdio: 'ignore' });
  } catch {
    // Larger, and just as good to look at.
  }
}

async function shoot(page, folder, name) {
  const file = path.join(target, folder, `${name}.png`);
  await settled(page);
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  slim(file);
  console.log(path.relative(process.cwd(), file));
}

async function shootAll(browser, village, stranger, colorScheme) {
  const page = await openPeer(browser, village.alice, { colorScheme, locale: 'en-GB' });
  for (const sight of pages.filter(([name]) => wanted(name))) {
    await goTo(page, village, sight);
    // The graphs have something to draw once a few seconds have passed.
    if (['home', 'transfer'].includes(sight[0])) await page.waitForTimeout(6000);
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
    const first = await openPeer(browser, stranger, { colorScheme, locale: 'en-GB' });
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
  const page = await openPeer(browser, village.alice, { ...phone, colorScheme: 'light', locale: 'en-GB' });
  for (const sight of pages.filter(([name]) => phonePages.includes(name) && wanted(name))) {
    await goTo(page, village, sight);
    await shoot(page, 'phone', sight[0]);
  }
} finally {
  await browser?.close();
  await village.town.close();
}
