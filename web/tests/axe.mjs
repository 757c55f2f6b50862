// What axe-core finds on each page, in light and dark; anything serious fails.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { openBrowser, openPage, pages, pathIn } from './browser.mjs';
import { startFixture } from './fixture/server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await openBrowser();
let found = 0;

const press = (name) => (page) => page.getByRole('button', { name }).first().click();
const dialogs = [
  ['transfer', '/transfers', (page) => page.locator('[role=row][data-index="0"]').click()],
  ['share dialog', '/shares', press(/^Share$/)],
  ['who', '/shares', async (page) => { await press(/^Share$/)(page); await page.getByLabel('On this machine').fill('/home/robin/x'); await page.getByRole('button', { name: 'Next' }).click(); }],
  ['share detail', '/shares', (page) => page.getByRole('link', { name: /Summer in Brittany/ }).first().click()],
  ['get', '/discover', press('I have a ticket')],
  ['fetch', '/discover', (page) => page.getByRole('button', { name: /^Ask/ }).first().click()],
  ['person', '/people', (page) => page.getByRole('link', { name: /alice/ }).first().click()],
];

async function look(fixture, name, path, before) {
  for (const colorScheme of ['light', 'dark']) {
    const { context, page } = await openPage(browser, { viewport: { width: 1280, height: 800 }, colorScheme, bypassCSP: true });
    try {
      await page.goto(fixture.url + pathIn(fixture.world, path));
      await page.waitForTimeout(900);
      if (before) await before(page);
      await page.waitForTimeout(500);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      for (const each of violations) {
        const serious = each.impact === 'serious' || each.impact === 'critical';
        if (serious) found += 1;
        console.log(`${serious ? 'SERIOUS' : each.impact} ${name} ${colorScheme}: ${each.id} (${each.nodes.length}) ${each.nodes.slice(0, 2).map((node) => node.html.slice(0, 140)).join(' | ')} ${each.nodes[0]?.any[0]?.message ?? ''}`);
      }
    } catch (error) {
      found += 1;
      console.log(name, colorScheme, String(error).split('\n')[0]);
    }
    await context.close();
  }
}

const full = await startFixture({ port: 7530, quiet: true });
for (const [name, path] of pages) await look(full, name, path);
for (const [name, path, before] of dialogs) await look(full, name, path, before);
full.close();
const first = await startFixture({ port: 7531, kind: 'first', quiet: true });
await look(first, 'welcome', '/welcome');
await look(first, 'empty home', '/');
first.close();
const out = await startFixture({ port: 7532, signedOut: true });
await look(out, 'signed out', '/');
out.close();
await browser.close();
console.log(found === 0 ? 'axe finds nothing serious' : `${found} serious findings`);
process.exit(found === 0 ? 0 : 1);
