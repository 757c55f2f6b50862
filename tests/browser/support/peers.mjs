// Real peers for browser tests: a tracker and daemons of the built programs, each with a home of its own in a scratch
// folder, on loopback. What this starts it also stops.

import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

function program(variable, built) {
  const file = process.env[variable];
  if (!file) throw new Error(`set ${variable} to the built program, for example ${built}`);
  return path.resolve(file);
}

/** Whether nobody listens on this port just now. */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that nobody listens on just now, below those that the kernel gives to outgoing connections. */
export async function freePort() {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (await isFree(port)) return port;
  }
}

/** Asks again and again until `holds` gives something truthy, which it returns. */
export async function eventually(what, holds, patienceMs = 60_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`it does not come about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process, its output, and a way to wait for a line of it. */
class Running {
  constructor(command, args, env) {
    this.output = '';
    this.process = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.process.once('close', resolve));
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (data) => (this.output += data));
  }

  async line(pattern) {
    const found = () => pattern.exec(this.output);
    return eventually(`a line like ${pattern} comes`, () => {
      if (this.process.exitCode !== null) throw new Error(`it ended:\n${this.output}`);
      return found();
    });
  }

  async stop(signal = 'SIGINT') {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.ended;
  }
}

/** A daemon with its home, and the command line that talks to it. */
export class Peer {
  constructor(town, name) {
    this.town = town;
    this.name = name;
    this.files = path.join(town.folder, name);
    this.home = path.join(this.files, '.local/share/covey');
    this.downloads = path.join(this.files, 'Downloads');
    this.environment = { ...process.env, COVEY_HOME: this.home, NO_COLOR: '1', HOME: this.files };
  }

  async create() {
    this.port = await freePort();
    this.uiPort = await freePort();
    await mkdir(this.downloads, { recursive: true });
    await this.covey('init');
    await this.start();
  }

  async start() {
    const args = ['daemon', '--listen', `127.0.0.1:${this.port}`, '--ui', `127.0.0.1:${this.uiPort}`];
    this.daemon = new Running(this.town.covey, args, this.environment);
    await eventually(`${this.name}'s daemon answers`, async () => {
      if (this.daemon.process.exitCode !== null) throw new Error(`the daemon ended:\n${this.daemon.output}`);
      return this.covey('status').catch(() => null);
    });
  }

  async restart(signal = 'SIGINT') {
    await this.daemon.stop(signal);
    await this.start();
  }

  /** What the command prints; rejects with its error output when it fails. */
  async covey(...args) {
    const { stdout } = await run(this.town.covey, args, { env: this.environment, cwd: this.downloads });
    return stdout;
  }

  /** The same as objects. */
  async json(...args) {
    const text = await this.covey(...args, '--json');
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** What the API answers on its socket; rejects with its words when it refuses. */
  api(method, target, body) {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const socketPath = path.join(this.home, 'api.sock');
      const asked = request({ socketPath, method, path: `/api/v1${target}`, headers }, (answer) => {
        let text = '';
        answer.on('data', (data) => (text += data));
        answer.on('end', () => (answer.statusCode < 400 ? resolve(text && JSON.parse(text)) : reject(new Error(text))));
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async file(name, content) {
    const place = path.join(this.files, name);
    await writeFile(place, content);
    return place;
  }

  /** A link that signs a browser in, once. */
  async link() {
    return (await this.covey('ui', '--no-open')).trim();
  }

  get origin() {
    return `http://127.0.0.1:${this.uiPort}`;
  }
}

/** A tracker and peers, in a scratch folder that goes with them. */
export class Town {
  static async found() {
    const town = new Town();
    town.covey = program('COVEY', 'build/release/src/covey/covey');
    town.tracker = program('COVEY_TRACKER', 'build/release/src/covey-tracker/covey-tracker');
    town.folder = await mkdtemp(path.join(tmpdir(), 'covey-'));
    town.peers = [];
    return town;
  }

  async openNetwork() {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const args = ['--home', path.join(this.folder, 'tracker'), '--listen', address, '--address', address];
    this.network = new Running(this.tracker, args, process.env);
    const [link] = await this.network.line(/covey-network:\S+/);
    return link;
  }

  async peer(name, networkLink) {
    const peer = new Peer(this, name);
    this.peers.push(peer);
    await peer.create();
    if (networkLink) await peer.covey('join', networkLink, '--name', name);
    return peer;
  }

  async close() {
    for (const peer of this.peers) await peer.daemon?.stop();
    await this.network?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
