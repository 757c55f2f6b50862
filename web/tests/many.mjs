// Ten thousand transfers, two hundred of them moving each second: how long the page is busy at a time.
//   npm run build && node tests/many.mjs
import { openBrowser, openPage } from './browser.mjs';
import { startFixture } from './fixture/server.mjs';

const fixture = await startFixture({ port: 7540, kind: 'many' });
const browser = await openBrowser();
const { page } = await openPage(browser, { viewport: { width: 1280, height: 800 } });
const began = Date.now();
await page.goto(`${fixture.url}/transfers`);
await page.getByText('10,012').waitFor();
console.log(`first sight of all: ${Date.now() - began} ms`);
await page.waitForTimeout(1500);
await page.evaluate(() => {
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: 'longtask' });
  window.frames = [];
  let last = performance.now();
  const frame = (now) => {
    window.frames.push(now - last);
    last = now;
    window.requestAnimationFrame(frame);
  };
  window.requestAnimationFrame(frame);
});
const table = page.locator('.table-body');
for (let step = 0; step < 60; step += 1) {
  await table.evaluate((box) => box.scrollBy(0, 900));
  await page.waitForTimeout(100);
}
const report = (what) =>
  page.evaluate((name) => {
    const frames = window.frames.sort((a, b) => a - b);
    const text = `${name}: ${frames.length} frames, 95 % within ${Math.round(frames[Math.floor(frames.length * 0.95)])} ms, longest ${Math.round(frames.at(-1))} ms; tasks over 50 ms: ${window.tasks.length} [${window.tasks.join(' ')}]`;
    window.frames.length = 0;
    window.tasks.length = 0;
    return text;
  }, what);
console.log(await report('scrolling while 200 a second change'));
const flood = setInterval(() => {
  for (const transfer of fixture.world.transfers) fixture.tell({ transfer });
}, 1000);
await page.waitForTimeout(6000);
clearInterval(flood);
console.log(await report('all 10,000 change each second'));
await page.goto(`${fixture.url}/`);
await page.waitForTimeout(5000);
await browser.close();
fixture.close();
process.exit(0);
