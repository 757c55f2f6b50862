// What there is to see of the village in alice's page, each with what must be there before one looks.

const row = (title) => (page) => page.getByRole('row', { name: title }).first();
const drawer = (title) => (page) => page.getByRole('dialog').getByText(title).first();

/** Name, address in the village, what has to be in sight. */
export const pages = [
  ['home', () => '/', (page) => page.getByRole('article', { name: 'carol asks for Summer in Brittany' })],
  ['discover', () => '/discover', (page) => page.getByRole('button', { name: 'Ask for Bird calls' })],
  ['transfers', () => '/transfers', row('Old radio plays')],
  ['transfer', ({ transfer }) => `/transfers/${transfer.id}`, (page) => page.getByRole('heading', { name: 'Sources' })],
  ['shares', () => '/shares', (page) => page.getByRole('link', { name: /Summer in Brittany/ }).first()],
  ['share', ({ shares }) => `/shares/${shares.brittany.id}`, drawer('used by nobody yet')],
  ['requests', () => '/requests', (page) => page.getByRole('article', { name: 'dave asks for choir-rehearsal.wav' })],
  ['chat', ({ chat }) => `/chat/${chat}`, (page) => page.getByRole('log').getByText('Lovely!')],
  ['people', () => '/people', (page) => page.getByRole('link', { name: /carol/ }).first()],
  ['person', ({ chat }) => `/people/${chat}`, drawer('Is it really them?')],
  ['audit', () => '/audit', (page) => page.getByRole('button', { name: 'Undo the block' })],
  ['log', () => '/audit/log', (page) => page.getByRole('table', { name: 'Audit log' }).getByRole('row').nth(5)],
  ['settings', () => '/settings', (page) => page.getByText('22:00').or(page.getByLabel('Light or dark')).first()],
];

const press = (name) => (page) => page.getByRole('button', { name }).first().click();
const inDialog = (text) => (page) => page.getByRole('dialog').getByText(text).first();

/** What is opened from a page: name, the page's, what one does there, what has to be in sight then. */
export const opened = [
  ['ticket', 'share', async (page) => { await press('New ticket')(page); await press('Make the ticket')(page); }, (page) => page.locator('svg.qr')],
  ['share dialog', 'shares', (page) => page.locator('main').getByRole('button', { name: 'Share', exact: true }).first().click(), (page) => page.getByLabel('On this machine')],
  ['who may have it', 'shares', async (page, { alice }) => {
    await page.locator('main').getByRole('button', { name: 'Share', exact: true }).first().click();
    await page.getByLabel('On this machine').fill(`${alice.files}/Videos`);
    await page.getByRole('button', { name: 'Next' }).click();
  }, inDialog('each has to ask you before getting it')],
  ['get', 'discover', press('I have a ticket'), (page) => page.getByRole('dialog').getByRole('textbox').first()],
  ['ask', 'discover', press('Ask for Bird calls'), (page) => page.getByLabel('A word to its owner')],
  ['menu of transfers', 'transfers', (page) => page.getByLabel('More about all transfers').click(), (page) => page.getByRole('menuitem').first()],
  ['shortcuts', 'home', (page) => page.keyboard.press('?'), inDialog('Use a ticket')],
];

/** Goes there, and looks when what has to be there is, and nothing is still being asked for. */
export async function goTo(page, village, [, address, sign]) {
  await page.goto(village.alice.origin + address(village));
  await sign(page).waitFor();
  await settled(page);
}

export async function settled(page) {
  await page.locator('.loading').first().waitFor({ state: 'hidden' });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // Two frames: what was asked for has been painted.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
}
