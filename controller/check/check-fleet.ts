import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { certificatesOf } from '../../certs/trust-bundle.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { checkAuthorityFile } from './check-authority-file.js';
import { attempt, failed, lookAtFile, ok, warning, type CheckResult } from './check-result.js';
import { checkValidity } from './check-validity.js';

/** What this controller shows NATS, whom it believes there, and whether it shares more than the way to agents. */
export async function checkFleet({ fleet, store }: Pick<ControllerConfig, 'fleet' | 'store'>, now: number): Promise<CheckResult[]> {
  if (fleet === undefined) return [];
  const { tls, passwordFile, credentialsFile } = fleet;
  const secrets = Object.entries({ passwordFile, credentialsFile }).flatMap(([name, file]) => (file === undefined ? [] : [{ setting: `fleet.${name}`, file }]));
  return [
    ...(store.url === undefined ? [warning({ setting: 'store.url', file: undefined }, 'is not set: the controllers of the fleet share the way to agents, and nothing else. Whoever is revoked at one is let in by the others, and each has its own links. Set it to one PostgreSQL for all.')] : []),
    ...await checkClientFiles(tls, now),
    await checkAuthorityFile('fleet.tls.ca', tls.ca),
    ...await Promise.all(secrets.map(async (subject) => await lookAtFile(subject.setting, subject.file) ?? ok(subject, 'can be read.'))),
  ];
}

async function checkClientFiles({ certificate, key }: { readonly certificate: string; readonly key: string }, now: number): Promise<CheckResult[]> {
  const subject = { setting: 'fleet.tls.certificate', file: certificate };
  const unreadable = (await Promise.all([lookAtFile(subject.setting, certificate), lookAtFile('fleet.tls.key', key)])).filter((result) => result !== undefined);
  if (unreadable.length > 0) return unreadable;
  const [cert, keyText] = await Promise.all([certificate, key].map((file) => readFile(file, 'utf8')));
  const read = await attempt(subject, async () => {
    createSecureContext({ cert, key: keyText });
    return certificatesOf(cert ?? '');
  }, 'Put certificate and key that belong together there, both in PEM (causeway certs issue-agent makes them).');
  if ('result' in read) return [read.result];
  const [own] = read.value;
  return own === undefined ? [failed(subject, 'holds no certificate in PEM. Put it there.')] : checkValidity(subject, own, { now, what: 'the certificate' });
}
