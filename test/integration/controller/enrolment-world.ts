import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createAuthority, openAuthority, writeIssued, type Authority } from '../../../certs/index.js';
import { controllerCommands } from '../../../controller/cli.js';
import { loadConfig } from '../../../controller/config/load-config.js';
import { startController, type RunningController } from '../../../controller/controller.js';
import type { Log } from '../../../controller/log.js';
import { keepFiles, keepLogLine, keepText } from '../../support/evidence.js';
import { HandMadeAgent } from '../../support/hand-made-agent.js';
import { holdToken } from '../../support/secret-values.js';

export interface AuditLine { readonly event: string; readonly alarm?: boolean; readonly agent?: string; readonly serial?: string; readonly reason?: string }

/** A whole controller in this process that enrols agents, on free ports, with its commands. */
export interface EnrolmentWorld {
  readonly folder: string;
  readonly authority: Authority;
  readonly ca: string;
  readonly enrolmentPort: number;
  readonly gatewayPort: number;
  readonly restPort: number;
  path(...parts: string[]): string;
  /** Runs `causeway controller enrolment …` on its configuration; resolves with what is printed. */
  command(...args: string[]): Promise<string>;
  /** A token as text. */
  token(agent: string, ...more: string[]): Promise<string>;
  enrolled(agent: string, ...more: string[]): Promise<HandMadeAgent>;
  audit(): Promise<AuditLine[]>;
  issueServer(): Promise<void>;
  /** Whether a line with the text was logged as a warning or an error. */
  logged(text: string): boolean;
  stopController(): Promise<void>;
  startController(): Promise<void>;
  stop(): Promise<void>;
}

/** `enrolment`, `gateway`, `rest` and `more` are further settings; `ca` is the directory of the authority of another world, which this one shares. */
export async function startEnrolmentWorld({ enrolment = {}, gateway = {}, tls = {}, rest = {}, more = {}, ca }: { readonly enrolment?: object; readonly gateway?: object; readonly tls?: object; readonly rest?: object; readonly more?: object; readonly ca?: string } = {}): Promise<EnrolmentWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-enrolment-'));
  const path = (...parts: string[]): string => join(folder, ...parts);
  await mkdir(path('conf'));
  if (ca !== undefined) await cp(ca, path('ca'), { recursive: true });
  const authority = ca === undefined ? await createAuthority(path('ca')) : await openAuthority(path('ca'));
  const { issueServer, file } = { file: path('controller.yaml'), issueServer: () => issueServerOf(folder) };
  await issueServer();
  const server = { certificate: path('server', 'controller.crt'), key: path('server', 'controller.key') };
  await writeFile(file, JSON.stringify({
    rest: { port: 0, ...rest },
    gateway: { port: 0, address: '127.0.0.1', tls: { ...server, clientCertificates: 'required', ...tls }, ...gateway },
    enrolment: { port: 0, address: '127.0.0.1', url: 'https://localhost:1', authority: path('ca'), ...enrolment },
    log: { level: 'silent' }, shutdownGrace: '1s', ...more,
  }));
  const lines: string[] = [];
  const quietly = (level: string) => (fields: object, message: string): void => keepLogLine(level, fields, message);
  const keep = (level: string) => (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
    keepLogLine(level, fields, message);
  };
  const log: Log = { debug: quietly('debug'), info: quietly('info'), warn: keep('warn'), error: keep('error'), child: () => log };
  let running: RunningController | undefined = await startController(await loadConfig(file), log);
  const world: EnrolmentWorld = {
    folder, authority, path, issueServer, ca: authority.certificate,
    get enrolmentPort() { return running?.enrolmentPort ?? 0; },
    get gatewayPort() { return running?.gatewayPort ?? 0; },
    get restPort() { return running?.restPort ?? 0; },
    command: (...args) => command(file, args),
    token: async (agent, ...more) => holdToken((await command(file, ['token', '--agent', agent, ...more])).trim()),
    async enrolled(agent, ...more) {
      const made = new HandMadeAgent();
      const answer = await made.enrol(world.enrolmentPort, await world.token(agent, ...more));
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return made;
    },
    async audit() {
      const text = await readFile(path('data', 'audit', 'enrolment.jsonl'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as AuditLine);
    },
    logged: (text) => lines.some((line) => line.includes(text)),
    async stopController() {
      await running?.stop();
      running = undefined;
    },
    async startController() { running = await startController(await loadConfig(file), log); },
    async stop() {
      await running?.stop();
      keepFiles(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Issues the server certificate (again) by the authority that signs at the moment. */
async function issueServerOf(folder: string): Promise<void> {
  const authority = await openAuthority(join(folder, 'ca'));
  await writeIssued(join(folder, 'server'), 'controller', await authority.issueController({ names: ['localhost', '127.0.0.1'] }), authority);
}

async function command(file: string, args: readonly string[]): Promise<string> {
  const program = new Command().exitOverride();
  let output = '';
  controllerCommands(program, (text) => { output += text; });
  await program.parseAsync(['controller', 'enrolment', ...args, '--config', file], { from: 'user' });
  keepText('output', `controller enrolment ${args[0] ?? ''}`, output);
  return output;
}
