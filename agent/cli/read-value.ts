import { MAX_SECRET_BYTES } from '../secrets/secret-value.js';
import { CliError, EXIT } from './exit-codes.js';

/** Where a value is typed or piped in. */
export interface ValueInput {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  /** For prompts; standard error, so that output can be piped. */
  ask(text: string): void;
}

/** Opened only when a value is wanted. */
export const standardInput = (): ValueInput => ({ input: process.stdin, ask: (text) => { process.stderr.write(text); } });

const ENTER = new Set([0x0d, 0x0a]);
const BACKSPACE = new Set([0x08, 0x7f]);
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_U = 0x15;

/**
 * A secret from a person or a pipe: typed twice without echo at a terminal, else all of standard input. Never from the
 * command line, which every user of the machine can read. The caller wipes the bytes.
 */
export async function readValue(name: string, { input, ask }: ValueInput): Promise<Buffer> {
  if (input.isTTY !== true || input.setRawMode === undefined) return readAll(name, input);
  input.setRawMode(true); // before anything is asked, and until all is answered: who types ahead is not shown either
  try {
    const first = await readHidden(`Value of ${name}: `, input, ask);
    const second = await readHidden('Again: ', input, ask);
    try {
      if (!first.equals(second)) throw new CliError('The two values differ; nothing was changed.', EXIT.usage);
      return first;
    } finally {
      second.fill(0);
    }
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

async function readAll(name: string, input: NodeJS.ReadableStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of input) {
      const bytes = Buffer.from(piece as Uint8Array | string);
      pieces.push(bytes);
      length += bytes.length;
      if (length > MAX_SECRET_BYTES) throw new CliError(`The value of ${name} is larger than ${MAX_SECRET_BYTES} bytes; nothing was changed.`, EXIT.usage);
    }
    return Buffer.concat(pieces);
  } finally {
    for (const piece of pieces) piece.fill(0);
  }
}

/** One line, key by key, nothing of it shown. */
async function readHidden(prompt: string, input: ValueInput['input'], ask: ValueInput['ask']): Promise<Buffer> {
  const line = new HiddenLine();
  ask(prompt);
  try {
    await new Promise<void>((resolve, reject) => {
      const onEnd = (): void => { reject(new CliError('No value was given; nothing was changed.', EXIT.usage)); };
      const onData = (keys: Buffer): void => {
        try {
          if (!line.take(keys)) return;
        } catch (error) {
          input.off('data', onData).off('end', onEnd);
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        } finally {
          keys.fill(0);
        }
        input.off('data', onData).off('end', onEnd);
        resolve();
      };
      input.on('data', onData).once('end', onEnd);
      input.resume();
    });
    return line.value();
  } finally {
    input.pause();
    ask('\n');
  }
}

/** What is typed on one line, with the keys that correct it. */
class HiddenLine {
  readonly #bytes = Buffer.alloc(MAX_SECRET_BYTES);
  #length = 0;

  /** True once the line is complete. Throws when the person gives up. */
  take(keys: Buffer): boolean {
    for (const key of keys) {
      if (ENTER.has(key)) return true;
      if (key === CTRL_C || (key === CTRL_D && this.#length === 0)) {
        this.#bytes.fill(0);
        throw new CliError('Given up; nothing was changed.', EXIT.failure);
      }
      if (key === CTRL_U) this.#length = 0;
      else if (BACKSPACE.has(key)) this.#back();
      else if (this.#length < this.#bytes.length) this.#bytes[this.#length++] = key;
    }
    return false;
  }

  /** A character of UTF-8 has one first byte and perhaps some that follow. */
  #back(): void {
    while (this.#length > 0 && ((this.#bytes[--this.#length] ?? 0) & 0xc0) === 0x80);
  }

  value(): Buffer {
    const value = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0);
    return value;
  }
}
