// Serves dist/ as the daemon does, with its headers, and hands /api on to a daemon's socket.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { randomBytes } from 'node:crypto';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json' };

const policy = (nonce) =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default react`;

/** Answers what is no API: a file of dist, else the page. */
export function answerPage(path, response) {
  const wanted = normalize(join(dist, path));
  if (wanted.startsWith(dist) && extname(wanted) && existsSync(wanted)) {
    response.writeHead(200, { 'Content-Type': types[extname(wanted)] ?? 'application/octet-stream' });
    createReadStream(wanted).pipe(response);
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-store' });
  response.end(readFileSync(join(dist, 'index.html'), 'utf8').replace('__CSP_NONCE__', nonce));
}

/** A server before a daemon's socket. */
export function serveBefore(socketPath) {
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/api/')) {
      answerPage(new URL(request.url, 'http://localhost').pathname, response);
      return;
    }
    const onward = ask({ socketPath, path: request.url, method: request.method, headers: { ...request.headers, host: 'covey' } }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      answer.on('close', () => response.end());
    });
    onward.on('error', () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) })));
}
