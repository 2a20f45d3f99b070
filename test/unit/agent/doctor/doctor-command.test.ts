import { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { doctorCommand } from '../../../../agent/doctor/doctor-command.js';
import type { Finding } from '../../../../agent/doctor/finding.js';
import { startTimeServer, type TimeServer } from '../../../faults/doctor/time-server.js';
import { closedPort } from '../../../faults/doctor/places.js';

let server: TimeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** `causeway doctor` at a controller that is not there. */
async function doctor(...args: readonly string[]): Promise<{ readonly code: number; readonly findings: readonly Finding[]; readonly err: string }> {
  let [out, err] = ['', ''];
  const program = new Command('causeway');
  doctorCommand(program, (text) => { out += text; });
  const code = await runCli(program, ['doctor', '--json', '--timeout', '5', '--controller', `ws://127.0.0.1:${await closedPort()}/openicf`, ...args], (text) => { err += text; });
  return { code, findings: out === '' ? [] : (JSON.parse(out) as { findings: Finding[] }).findings, err };
}

describe('--time-server', () => {
  it.each(['', ':123', 'ntp.example:', 'ntp.example:0', 'ntp.example:65536', 'ntp.example:123:4', '[ntp.example]', '[::1', 'a b', 'http://ntp.example'])('"%s" is no time server', async (given) => {
    const { code, findings } = await doctor('--time-server', given);
    expect(code).toBe(2);
    expect(findings).toEqual([]);
  });

  it('asks the server there and tells what it said, though the controller cannot be reached', async () => {
    server = await startTimeServer();
    const { code, findings } = await doctor('--time-server', `127.0.0.1:${server.port}`);
    expect(code).toBe(1);
    expect(findings.filter(({ step }) => step === 'clock')).toMatchObject([{ subject: `127.0.0.1:${server.port}`, outcome: 'ok' }, { outcome: 'skipped' }]);
    expect(server.asked).toHaveLength(1);
  });

  it('takes the port of NTP where none is given, and addresses of IPv6 with and without brackets', async () => {
    const subjects = await Promise.all(['0.0.0.0', '::', '[::]:124'].map(async (given) => (await doctor('--time-server', given)).findings.find(({ step }) => step === 'clock')?.subject));
    expect(subjects).toEqual(['0.0.0.0:123', '[::]:123', '[::]:124']);
  });

  it('without it nobody is asked', async () => {
    const { findings } = await doctor();
    expect(findings.filter(({ step }) => step === 'clock').map(({ outcome }) => outcome)).toEqual(['skipped']);
  });
});
