// A village of peers with something of everything a page can show, for looking at alice's: shares of many kinds, transfers in
// every state, requests both ways, conversations, people she trusts and blocks, an alert. Made by commands and API calls alone.

import { mkdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Town, eventually } from './peers.mjs';
import { guess } from './tickets.mjs';

const KiB = 1024;
const MiB = 1024 * KiB;
const day = 86_400;
// Slow enough to be seen at work for as long as anybody looks.
const slowly = 200_000;

/** A file of this size that takes no room on the disk; its name makes its bytes differ from others'. */
async function file(place, bytes) {
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, `${path.basename(place)}\n`);
  await truncate(place, bytes);
}

/** A folder in the peer's home with these files: name and size by turns. */
async function folder(peer, name, files) {
  for (const [each, bytes] of files) await file(path.join(peer.files, name, each), bytes);
  return path.join(peer.files, name);
}

const numbered = (count, name, bytes) => Array.from({ length: count }, (_, i) => [name(String(i + 1).padStart(2, '0')), bytes + ((i * 7919) % 97) * 9 * KiB]);

const idOf = async (peer) => (await peer.json('id'))[0].peer_id;

/** Waits until the peer finds it by its title, and gives what it found. */
const found = (peer, title) =>
  eventually(`${peer.name} finds ${title}`, async () => {
    const { shares } = await peer.api('GET', `/search?q=${encodeURIComponent(title)}`).catch(() => ({ shares: [] }));
    return shares.find((share) => share.title === title);
  });

/** Begins to fetch what it finds under this title. */
async function fetchShare(peer, title, more = {}) {
  const { share_id: share, owner } = await found(peer, title);
  return peer.api('POST', '/transfers', { share, owner, directory: peer.downloads, ...more });
}

const transferOf = async (peer, transfer) => (await peer.api('GET', `/transfers/${transfer.id}`)).transfer;

const reaches = (peer, transfer, state) =>
  eventually(`${peer.name}'s “${transfer.title}” is ${state}`, async () => (await transferOf(peer, transfer)).state === state);

const waitingFrom = (peer, from, title) =>
  eventually(`${peer.name} hears of ${from}'s request`, async () => {
    const { requests } = await peer.api('GET', '/requests');
    return requests.find((each) => each.peer_name === from && each.title === title && each.direction === 'incoming');
  });

const share = (peer, place, title, more) => peer.api('POST', '/shares', { path: place, title, ...more });

async function shareOfAlice({ alice, bob, carol }) {
  const brittany = await folder(alice, 'Pictures/Summer in Brittany', [
    ...numbered(24, (n) => `lighthouse/IMG_10${n}.jpg`, 3 * MiB),
    ...numbered(31, (n) => `harbour/IMG_11${n}.jpg`, 4 * MiB),
    ['notes.txt', 2 * KiB],
  ]);
  const film = path.join(alice.files, 'Videos/The long way home.mkv');
  await file(film, 714 * MiB);
  const papers = await folder(alice, 'Documents/Tax papers 2025', numbered(12, (n) => `receipt-${n}.pdf`, 180 * KiB));
  const garden = await folder(alice, 'Documents/Plans for the garden', numbered(6, (n) => `bed-${n}.svg`, 40 * KiB));
  const broken = path.join(alice.files, 'Documents/choir-rehearsal.wav');
  await file(broken, 88 * MiB);
  const made = {
    brittany: await share(alice, brittany, 'Summer in Brittany', { visibility: 'network', tags: ['photos', '2026'], reveal_names: true }),
    film: await share(alice, film, 'The long way home.mkv', { visibility: 'listed', access: 'listed', named: [bob.name, carol.name], tags: ['film'] }),
    papers: await share(alice, papers, 'Tax papers 2025', { visibility: 'unlisted', expires_in_seconds: 5 * day }),
    garden: await share(alice, garden, 'Plans for the garden', { visibility: 'network', access: 'open', tags: ['howto', 'garden'] }),
    choir: await share(alice, broken, 'choir-rehearsal.wav', { visibility: 'network', access: 'ask', tags: ['audio'] }),
  };
  await eventually('alice’s shares are ready', async () => (await alice.api('GET', '/shares')).shares.every((each) => each.state !== 'hashing'));
  return made;
}

/** What the others have: title, tags, access, files. */
const theirs = {
  bob: [
    ['Old radio plays', ['audio'], 'open', numbered(14, (n) => `episode-${n}.ogg`, 6 * MiB)],
    ['Lecture notes, analysis', ['science'], 'open', numbered(28, (n) => `lecture-${n}.pdf`, 700 * KiB)],
    ['Woodworking plans', ['howto'], 'ask', numbered(9, (n) => `plan-${n}.pdf`, 900 * KiB)],
  ],
  carol: [
    ['City scans 1900–1930', ['maps', 'history'], 'open', numbered(40, (n) => `sheet-${n}.tif`, 9 * MiB)],
    ['Bird calls', ['audio', 'birds'], 'ask', numbered(33, (n) => `call-${n}.flac`, 5 * MiB)],
    ['Seed catalogue', ['garden'], 'open', [['catalogue-2026.pdf', 19 * MiB]]],
  ],
  dave: [
    ['climate-data-2025', ['science', '2025'], 'open', numbered(60, (n) => `station-${n}.parquet`, 11 * MiB)],
    ['Synth patches', ['audio'], 'ask', numbered(18, (n) => `patch-${n}.syx`, 12 * KiB)],
  ],
  erin: [
    ['Grandma’s recipes', ['family', 'food'], 'ask', numbered(52, (n) => `recipe-${n}.jpg`, 2 * MiB)],
    ['Climbing topo', ['maps'], 'ask', [['topo-south-face.pdf', 31 * MiB]]],
    ['Open street atlas', ['maps'], 'open', numbered(16, (n) => `tile-${n}.mbtiles`, 21 * MiB)],
  ],
};

async function shareOfOthers(peers) {
  for (const [name, list] of Object.entries(theirs)) {
    const peer = peers[name];
    for (const [title, tags, access, files] of list)
      await share(peer, await folder(peer, `Shared/${title}`, files), title, { visibility: 'network', access, tags, reveal_names: true });
  }
  await Promise.all(
    Object.keys(theirs).map((name) =>
      eventually(`${name}'s shares are ready`, async () => (await peers[name].api('GET', '/shares')).shares.every((each) => each.state === 'ready')),
    ),
  );
}

/** Alice's downloads, in every state. Gives one that comes from several peers. */
async function downloads({ alice, bob, dave, erin }) {
  const copies = await Promise.all([bob, dave].map((peer) => fetchShare(peer, 'City scans 1900–1930')));
  const complete = [await fetchShare(alice, 'Seed catalogue'), await fetchShare(alice, 'Lecture notes, analysis')];
  for (const each of complete) await reaches(alice, each, 'complete');
  await Promise.all([bob, dave].map((peer, i) => reaches(peer, copies[i], 'complete')));

  const scans = await fetchShare(alice, 'City scans 1900–1930', { settings: { limit_down: 3 * slowly } });
  await fetchShare(alice, 'climate-data-2025', { settings: { limit_down: 2 * slowly, priority: 'high' } });
  const plays = await fetchShare(alice, 'Old radio plays', { settings: { limit_down: 40 * slowly } });
  await eventually('some of the radio plays has come', async () => (await transferOf(alice, plays)).bytes_done > 12 * MiB);
  await alice.api('POST', `/transfers/${plays.id}/pause`);
  await reaches(alice, plays, 'paused');

  const recipes = await fetchShare(alice, 'Grandma’s recipes', { reason: 'You promised me the plum cake :)' });
  const topo = await fetchShare(alice, 'Climbing topo', { reason: 'For the trip in May' });
  const { id: asked } = await waitingFrom(erin, 'alice', 'Climbing topo');
  await erin.api('POST', `/requests/${asked}/deny`, { reason: 'Not finished yet, ask me in May.' });
  await waitingFrom(erin, 'alice', 'Grandma’s recipes');
  await reaches(alice, topo, 'failed');
  await reaches(alice, recipes, 'waiting_approval');
  const atlas = await fetchShare(alice, 'Open street atlas', { settings: { limit_down: slowly } });
  await alice.api('POST', `/transfers/${atlas.id}/cancel`);
  await eventually('the scans come from several', async () => (await transferOf(alice, scans)).peers.length > 1, 20_000).catch(() => null);
  return scans;
}

/** Others ask alice, and fetch from her. */
async function asked({ alice, bob, carol, dave, erin }) {
  await fetchShare(bob, 'Summer in Brittany', { reason: 'I was there, too', settings: { limit_down: slowly } });
  const { id: yes } = await waitingFrom(alice, 'bob', 'Summer in Brittany');
  await alice.api('POST', `/requests/${yes}/approve`, { for_seconds: day });
  await fetchShare(erin, 'choir-rehearsal.wav', { reason: 'Just curious' });
  const { id: no } = await waitingFrom(alice, 'erin', 'choir-rehearsal.wav');
  await alice.api('POST', `/requests/${no}/deny`, { reason: 'Only for those who sing in it, sorry.' });
  const plans = await fetchShare(dave, 'Plans for the garden');
  await reaches(dave, plans, 'complete');
  await fetchShare(dave, 'choir-rehearsal.wav', {});
  await waitingFrom(alice, 'dave', 'choir-rehearsal.wav');
  await fetchShare(carol, 'Summer in Brittany', { reason: 'For the album! Only those at the lighthouse, if you still have them.', select: ['lighthouse/**'] });
  await waitingFrom(alice, 'carol', 'Summer in Brittany');
}

/** Writes, and waits until the other side has it: what comes next stands below. */
async function say(from, to, text, attach) {
  const [reader, writer] = [await idOf(to), await idOf(from)];
  const sent = await from.api('POST', `/chats/${reader}/messages`, { text, ...(attach ? { attach } : {}) });
  await eventually(`“${text}” arrives`, async () => {
    const { messages } = await to.api('GET', `/chats/${writer}/messages`).catch(() => ({ messages: [] }));
    return messages.some((each) => each.text === text);
  });
  return sent;
}

/** Gives the peer id of her with whom alice writes most. */
async function talks({ alice, bob, carol, dave, erin }) {
  await say(carol, alice, 'Did you ever sort the Brittany pictures?');
  await say(alice, carol, 'Half of them. 55 are left, and 40 of those are seagulls.');
  await say(carol, alice, 'I want every seagull.');
  const gulls = await folder(alice, 'Pictures/Seagulls', numbered(8, (n) => `gull-${n}.jpg`, 2 * MiB));
  await say(alice, carol, 'Here are the best ones, to begin with.', { path: gulls });
  await say(carol, alice, 'Lovely! There is a page about them: https://example.org/birds/gull');
  const { peer_id: carolId } = (await alice.json('chat')).find((each) => each.peer_name === 'carol');
  const { messages } = await alice.api('GET', `/chats/${carolId}/messages`);
  await alice.api('POST', `/chats/${carolId}/read`, { up_to: messages[0].id });
  await say(alice, bob, 'Is your machine on over the weekend?');
  await say(bob, alice, 'It is, from Friday evening. Take what you like.');
  await say(alice, erin, 'The recipes: may I show them to my sister?');
  await say(dave, alice, 'May I have the recording of the choir? I was the second bass.');
  return carolId;
}

async function opinions(alice, shares) {
  await alice.covey('trust', 'bob');
  await alice.covey('trust', 'dave', '--share', shares.garden.id);
  await alice.covey('block', 'grace', '--reason', 'sends adverts');
  await alice.api('POST', '/limits', { down: 20_000_000, active_downloads: 4, schedule: ['22:00-06:00=none'] });
}

/** Somebody without a network tries tickets that nobody made. */
async function mallory(town, alice) {
  const stranger = await town.peer('mallory');
  const ticket = (await alice.covey('ticket', 'Tax papers 2025', '--expires', '2d')).trim();
  for (let i = 0; i < 8; i += 1) await stranger.covey('get', guess(ticket, i)).catch(() => null);
  await eventually('alice has an alert', async () => (await alice.api('GET', '/alerts')).alerts.length > 0);
}

/** `town` to close, `alice` to look at, the others by their names, her `shares`, a `transfer` from several, a `chat`: whose peer id. */
export async function populatedTown() {
  const town = await Town.found();
  try {
    const network = await town.openNetwork();
    const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'grace'];
    const peers = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await town.peer(name, network)])));
    const { alice } = peers;
    await alice.api('POST', '/identity', { name: 'alice' });
    await alice.api('POST', '/identity/done');
    const [shares] = await Promise.all([shareOfAlice(peers), shareOfOthers(peers)]);
    await alice.covey('ticket', 'Summer in Brittany', '--uses', '3', '--expires', '6d');
    const [chat, transfer] = await Promise.all([talks(peers), downloads(peers), asked(peers)]);
    await opinions(alice, shares);
    await mallory(town, alice);
    return { town, network, shares, transfer, chat, ...peers };
  } catch (error) {
    await town.close();
    throw error;
  }
}
