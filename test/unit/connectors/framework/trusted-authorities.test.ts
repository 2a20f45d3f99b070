import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { trustedAuthorities } from '../../../../connectors/framework/index.js';

const SYSTEM = '-----BEGIN CERTIFICATE-----\nof the operating system\n-----END CERTIFICATE-----\n';
const OWN = '-----BEGIN CERTIFICATE-----\nof the agent\n-----END CERTIFICATE-----\n';
let directory: string;

beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-authorities-')); });
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

test('the authorities of Node, of the operating system and of the agent are trusted', async () => {
  vi.stubEnv('SSL_CERT_FILE', join(directory, 'bundle.pem'));
  await writeFile(join(directory, 'bundle.pem'), SYSTEM);
  expect(await trustedAuthorities([OWN])).toEqual([...rootCertificates, SYSTEM, OWN]);
});

test('a bundle that is missing or empty adds none, and takes none of the others away', async () => {
  vi.stubEnv('SSL_CERT_FILE', join(directory, 'none.pem'));
  expect(await trustedAuthorities()).toEqual(rootCertificates);
  await writeFile(join(directory, 'none.pem'), '');
  expect(await trustedAuthorities([OWN])).toEqual([...rootCertificates, OWN]);
});
