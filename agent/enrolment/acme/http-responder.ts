import { createServer, type Server } from 'node:http';
import { EnrolmentUnreachable } from '../enrolment-client.js';
import type { ChallengeResponder } from './challenge-responder.js';

const PATH = '/.well-known/acme-challenge/';
const TOKEN = /^[\w-]{1,256}$/;
const MOST_CONNECTIONS = 64;
const LONGEST_REQUEST_MS = 10_000;
/** Strangers may ask what they like meanwhile; nothing of it is read but the path. */
const MAX_HEADER_BYTES = 8192;

/** HTTP challenges (RFC 8555 section 8.3): a port that is open only while one is answered, and knows nothing else. */
export function httpResponder({ port, address }: { readonly port: number; readonly address: string }): ChallengeResponder {
  return {
    type: 'http-01',
    async present(answers) {
      const files = new Map(answers.filter(({ token }) => TOKEN.test(token)).map(({ token, value }) => [`${PATH}${token}`, value]));
      const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: LONGEST_REQUEST_MS, headersTimeout: LONGEST_REQUEST_MS, keepAliveTimeout: 1000 }, (request, response) => {
        const content = request.method === 'GET' || request.method === 'HEAD' ? files.get(request.url ?? '') : undefined;
        const body = content ?? 'Not found\n';
        response.writeHead(content === undefined ? 404 : 200, { 'Content-Type': content === undefined ? 'text/plain' : 'application/octet-stream', 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
      server.maxConnections = MOST_CONNECTIONS;
      await listening(server, port, address);
      return { remove: () => closed(server) };
    },
  };
}

function listening(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EACCES' ? 'ports below 1024 are for root: choose another that port 80 is forwarded to, or give the service CAP_NET_BIND_SERVICE' : error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new EnrolmentUnreachable(`enrolment.acme.challenge: port ${port} of ${address} cannot be opened for the challenge: ${why} (${error.code ?? 'unknown error'})`, { cause: error, needsPerson: true }));
    });
    server.listen(port, address, () => {
      server.removeAllListeners('error').on('error', () => undefined);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
}
