// Draws public/icon.svg as the PNG files that the manifest names.   node tests/icons.mjs
import { readFileSync } from 'node:fs';
import { openBrowser } from '../../tests/browser/support/browser.mjs';

const svg = readFileSync('public/icon.svg', 'utf8');
const browser = await openBrowser();
for (const [file, size, margin] of [['icon-192.png', 192, 0], ['icon-512.png', 512, 0], ['icon-maskable-512.png', 512, 64]]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const inner = size - 2 * margin;
  await page.setContent(`<body style="margin:0;background:${margin ? '#0f6b5c' : 'transparent'}"><div style="padding:${margin}px;width:${inner}px;height:${inner}px">${svg.replace('<svg ', `<svg width="${inner}" height="${inner}" `)}</div>`);
  await page.screenshot({ path: `public/${file}`, omitBackground: true });
  await page.close();
}
await browser.close();
