// Every page in light and dark, wide and narrow, against the server that plays a daemon.
//   npm run build && npm run screenshots -- FOLDER [PAGE…]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser, openPage, pages, pathIn } from './browser.mjs';
import { startFixture } from './fixture/server.mjs';

const [folder = '/tmp/covey-screenshots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const press = (name) => (page) => page.getByRole('button', { name }).first().click();

// What is opened by a click, and what another world shows.
const more = [
  ['transfer', '/transfers', async (page) => { await page.locator('[role=row][data-index="0"]').click(); await page.getByRole('heading', { name: 'Sources' }).waitFor(); }],
  ['share-dialog', '/shares', press(/^Share$/)],
  ['share-who', '/shares', async (page) => { await press(/^Share$/)(page); await page.getByLabel('On this machine').fill('/home/robin/Pictures/Brittany'); await page.getByRole('button', { name: 'Next' }).click(); await page.getByText('Only people I name').click(); }],
  ['chosen', '/transfers', async (page) => { await page.getByLabel('Choose lecture-07.mp4').click(); await page.getByLabel('Choose thesis-backup').click(); }],
  ['empty-transfer-menu', '/transfers', async (page) => { await page.getByLabel('More about all transfers').click(); }],
  ['share-detail', '/shares', async (page) => { await page.getByRole('link', { name: /Summer in Brittany/ }).first().click(); }],
  ['ticket-dialog', '/shares', async (page) => { await page.getByRole('link', { name: /Summer in Brittany/ }).first().click(); await page.getByRole('button', { name: 'New ticket' }).click(); await page.getByRole('button', { name: 'Make the ticket' }).click(); await page.locator('svg.qr').waitFor(); }],
  ['get-dialog', '/discover', press('I have a ticket')],
  ['fetch-dialog', '/discover', async (page) => { await page.getByRole('button', { name: /^Ask/ }).first().click(); }],
  ['person', '/people', async (page) => { await page.getByRole('link', { name: /alice/ }).first().click(); }],
  ['keys', '/', (page) => page.keyboard.press('?')],
];
const worlds = [
  ['empty-home', '/', 'empty'],
  ['empty-shares', '/shares', 'empty'],
  ['empty-discover', '/discover', 'empty'],
  ['empty-transfers', '/transfers', 'empty'],
  ['empty-chat', '/chat', 'empty'],
  ['welcome', '/welcome', 'first'],
  ['plain-settings', '/settings', 'plain'],
  ['plain-chat', '/chat', 'plain'],
  ['many', '/transfers', 'many'],
];
const sizes = [['wide', { width: 1280, height: 800 }], ['phone', { width: 390, height: 844 }]];

const browser = await openBrowser();
let bad = 0;
async function shoot(fixture, name, path, before, options = {}) {
  if (only.length > 0 && !only.includes(name)) return;
  const variants = sizes.flatMap(([size, viewport]) => ['light', 'dark'].map((colorScheme) => ({ size, viewport, colorScheme })));
  await Promise.all(
    variants.map(async ({ size, viewport, colorScheme }) => {
      const { context, page, problems } = await openPage(browser, { viewport, colorScheme, deviceScaleFactor: 1, ...options });
      try {
        await page.goto(fixture.url + pathIn(fixture.world, path));
        await page.waitForTimeout(900);
        if (before && !(size === 'phone' && name === 'get-dialog')) await before(page);
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
        if (size === 'wide' && colorScheme === 'light' && ['home', 'settings', 'welcome'].includes(name)) await page.screenshot({ path: join(folder, `${name}-full.png`), fullPage: true });
      } catch (error) {
        problems.push(String(error).split('\n')[0]);
      }
      if (problems.length > 0) {
        bad += 1;
        console.log(`${name} ${size} ${colorScheme}:`, [...new Set(problems)].slice(0, 5));
      }
      await context.close();
    }),
  );
}

let port = 7510;
const full = await startFixture({ port: port++, kind: 'full' });
for (const [name, path] of pages) await shoot(full, name, path);
for (const [name, path, before] of more) await shoot(full, name, path, before);
full.close();
for (const [name, path, kind] of worlds) {
  if (only.length > 0 && !only.includes(name)) continue;
  const fixture = await startFixture({ port: port++, kind });
  await shoot(fixture, name, path);
  fixture.close();
}
const out = await startFixture({ port: port++, signedOut: true });
await shoot(out, 'signed-out', '/');
out.close();
await browser.close();
console.log(bad === 0 ? 'no page had anything to complain about' : `${bad} with complaints`);
process.exit(bad === 0 ? 0 : 1);
