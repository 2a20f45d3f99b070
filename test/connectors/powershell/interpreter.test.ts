import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../../connectors/catalog/powershell/interpreter.js';
import { decodeMessage, encodeMessage } from '../../../connectors/catalog/powershell/host/wire-format.js';
import type { CommandEnd, StartedCommand } from '../../../connectors/engines/shell/command-run.js';
import { failure } from '../../support/connector-caller.js';

const signal = new AbortController().signal;
const setup = { prefix: 'Connector', modules: [], configuration: new Map() };

/** A process that reads the program and its settings, and answers with what it is told to; `{mark}` stands for its mark. */
function answering(answer: string, complaint = ''): { readonly command: StartedCommand; readonly killed: () => boolean } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let isKilled = false;
  let end: (end: CommandEnd) => void = () => undefined;
  const ended = new Promise<CommandEnd>((resolve) => { end = resolve; });
  let read = 0;
  createInterface({ input: stdin }).on('line', (line) => {
    if (++read !== 2) return;
    const settings = decodeMessage(line);
    stderr.end(complaint);
    stdout.end(answer.replaceAll('{mark}', settings instanceof Map ? settings.get('Mark') as string : ''));
    end({ exitCode: 0, signal: null });
  });
  return { command: { name: 'pwsh', stdin, stdout, stderr, ended, kill: () => { isKilled = true; } }, killed: () => isKilled };
}

describe('an interpreter that starts', () => {
  it.each([
    ['is too old', `{mark} ready ${encodeMessage('3.0')}\n`, 'it is version 3.0'], ['tells nothing of itself', `{mark} ready ${encodeMessage(null)}\n`, 'did not become ready'],
    ['has no such module', `{mark} failed ${encodeMessage(['System.IO.FileNotFoundException', 'no module x'])}\n`, 'no module x'], ['ends, and complains elsewhere', 'Add-Type : denied\n', 'language mode'],
  ])('is refused and ended when it %s [powershell 3]', async (_what, answer, why) => {
    const { command, killed } = answering(answer, 'Cannot invoke method in this language mode.');
    const error = await failure(Interpreter.start(command, setup, signal));
    expect([error.kind, error.outcome, killed()]).toEqual(['configuration', 'notApplied', true]);
    expect(error.message).toContain(why);
    expect(error.message).toContain('PowerShell 4.0 or later is needed');
  });

  it('is taken over, whatever else it prints before', async () => {
    const { command, killed } = answering(`WARNING: no terminal {mark} ready ${encodeMessage('5.1.19041.1')}\r\n`);
    expect((await Interpreter.start(command, setup, signal)).version).toBe('5.1.19041.1');
    expect(killed()).toBe(false);
  });
});
