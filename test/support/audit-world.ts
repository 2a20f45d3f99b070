import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationAudit } from '../../agent/audit/audit-log.js';
import type { ChainedAuditLog } from '../../agent/audit/chained-audit-log.js';
import { openAuditLog, type AuditLogOptions } from '../../agent/audit/open-audit-log.js';
import { SecretReference } from '../../agent/config/secret-reference.js';
import { systemClock } from '../../agent/system-clock.js';
import { GuardedString } from '../../protocol/model/index.js';
import { keepFiles } from './evidence.js';
import { recordedLog, type RecordedLog } from './quiet-log.js';

/** A directory for audit files, and logs opened in it. */
export class AuditWorld {
  readonly directory: string;
  readonly log: RecordedLog = recordedLog();
  readonly #opened: ChainedAuditLog[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<AuditWorld> {
    return new AuditWorld(await mkdtemp(join(tmpdir(), 'causeway-audit-')));
  }

  get path(): string {
    return join(this.directory, 'audit');
  }

  async open(options: Partial<AuditLogOptions> = {}): Promise<ChainedAuditLog> {
    const opened = await openAuditLog({
      directory: this.path, fsync: 'writes', fsyncInterval: 50, whenUnwritable: 'refuse-writes', writeTimeout: 10_000, rotateSize: 1024 ** 3, rotateAge: 86_400_000,
      retention: {}, anchorInterval: 0, shipping: [], origin: { agent: 'test' }, clock: systemClock, log: this.log, ...options,
    });
    this.#opened.push(opened);
    return opened;
  }

  /** Names of the audit files, in order. */
  async files(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => /^audit-\d+\.jsonl$/.test(name)).sort();
  }

  /** Lines of one file, as text. */
  async lines(file: string): Promise<string[]> {
    const text = await readFile(join(this.path, file), 'latin1');
    return text.split('\n').slice(0, -1);
  }

  /** Every line of every file, parsed. */
  async records(): Promise<Record<string, unknown>[]> {
    const all = await Promise.all((await this.files()).map((file) => this.lines(file)));
    return all.flat().map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async write(file: string, lines: readonly string[]): Promise<void> {
    await writeFile(join(this.path, file), lines.map((line) => `${line}\n`).join(''), 'latin1');
  }

  async remove(): Promise<void> {
    await Promise.all(this.#opened.map((log) => log.close().catch(() => undefined)));
    keepFiles(this.directory);
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function clearKey(text: string): SecretReference {
  return new SecretReference({ kind: 'clear', value: new GuardedString(text) });
}

/** A record of a delete of the object `uid`. */
export function deletion(uid: string, more: Partial<OperationAudit> = {}): OperationAudit {
  return { operation: 'delete', connector: 'ldap', objectClass: '__ACCOUNT__', uid, principal: 'controller-1', session: 'S', messageId: 1, duration: 3.4, outcome: 'ok', ...more };
}
