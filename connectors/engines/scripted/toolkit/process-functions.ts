import { isAbsolute } from 'node:path';
import { ConnectorError, GuardedString, IcfDouble, isWrite, type IcfValue, type OperationKind, type PermitTarget } from '../../../../protocol/model/index.js';
import { PossibleWrites } from '../possible-writes.js';
import { plainText } from '../http/json-text.js';
import { LocalProcess } from '../../shell/local-process.js';
import type { HostFunction } from '../../../framework/script-runner.js';

/** Milliseconds, where the script says nothing. */
const USUAL_TIMEOUT = 60_000;
/** What a timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `${what}.`, { outcome: 'notApplied' });
}

type Asked = ReadonlyMap<IcfValue, IcfValue>;

/** `process.run(['/usr/bin/id', name], {stdin, env, directory, timeout, readOnly})` gives `{exitCode, stdout, stderr}`. No shell is between. */
export class ProcessFunctions {
  readonly #permitTarget: PermitTarget | undefined;
  readonly #kind: OperationKind;
  readonly #writes = new PossibleWrites();

  constructor(permitTarget: PermitTarget | undefined, kind: OperationKind) {
    this.#permitTarget = permitTarget;
    this.#kind = kind;
  }

  get hasWritten(): boolean {
    return this.#writes.any;
  }

  functions(): Map<string, HostFunction> {
    return new Map([['process.run', ([words, options], signal) => this.#run(words, options, signal)]]);
  }

  async #run(given: IcfValue | undefined, more: IcfValue | undefined, signal: AbortSignal): Promise<IcfValue> {
    const words = commandOf(given);
    const options: Asked = more instanceof Map ? more : new Map<IcfValue, IcfValue>();
    const readOnly = options.get('readOnly') === true || !isWrite(this.#kind);
    const process = new LocalProcess({ env: environment(options.get('env')), directory: directoryOf(options.get('directory')) });
    const asked = { signal, readOnly, timeout: timeoutOf(options.get('timeout')), ...inputOf(options.get('stdin') ?? null) };
    await this.#permitTarget?.({ path: words[0] });
    const run = () => process.run(words, asked);
    const { exitCode, stdout, stderr } = readOnly ? await run() : await this.#writes.during(run);
    return new Map<IcfValue, IcfValue>([['exitCode', exitCode], ['stdout', stdout], ['stderr', stderr]]);
  }
}

function commandOf(given: IcfValue | undefined): readonly [program: string, ...words: string[]] {
  const [program = '', ...words] = Array.isArray(given) ? given.map((word) => wordOf(word)) : refuse('A command has to be a list of texts: the program and what it is given');
  return isAbsolute(program) ? [program, ...words] : refuse('The program of a command has to be given by its whole path');
}

function timeoutOf(given: IcfValue | undefined): number {
  if (given === undefined || given === null) return USUAL_TIMEOUT;
  const milliseconds = given instanceof IcfDouble ? given.value : given;
  return typeof milliseconds === 'number' && milliseconds > 0 && milliseconds <= LONGEST_TIMER ? milliseconds : refuse('The timeout of a command has to be milliseconds: a number above 0');
}

function inputOf(given: IcfValue): { readonly stdin?: string | Uint8Array | GuardedString } {
  if (given === null) return {};
  return { stdin: given instanceof Uint8Array || given instanceof GuardedString ? given : plainText(given) };
}

function wordOf(word: IcfValue): string {
  if (word instanceof GuardedString) refuse('A secret is no part of a command line, where others can see it: hand it in by stdin or env');
  return plainText(word);
}

function directoryOf(given: IcfValue | undefined): string | undefined {
  if (given === undefined || given === null) return undefined;
  return typeof given === 'string' && isAbsolute(given) ? given : refuse('The directory of a command has to be a whole path');
}

function environment(given: IcfValue | undefined): Record<string, string> {
  if (given === undefined || given === null) return {};
  if (!(given instanceof Map)) return refuse('env of a command has to be an object: {NAME: value}');
  return Object.fromEntries([...given as Asked].map(([key, value]) => {
    const [name, text] = [plainText(key), plainText(value)];
    // Here, and not by what starts the program: its error would show the value, which may be a secret.
    return name === '' || /[=\0]/.test(name) || text.includes('\0') ? refuse('env of a command holds a name with =, or a NUL character') : [name, text];
  }));
}
