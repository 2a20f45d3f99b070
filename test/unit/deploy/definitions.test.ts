import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentCommands } from '../../../agent/cli/agent-commands.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { controllerCommands } from '../../../controller/cli.js';

/**
 * Definitions of services and containers that cannot be run by the tests (Windows, macOS, compose): what they start exists, and they keep to
 * least privilege. The image itself is built and run by scripts/container-check.mjs, the chart by scripts/helm-check.mjs.
 */
const deploy = join(import.meta.dirname, '../../../deploy');
const read = (path: string): Promise<string> => readFile(join(deploy, path), 'utf8');

/** The command a program would run, and the options it was given that it does not know. */
function commandOf(args: readonly string[]): { readonly command: string; readonly unknown: readonly string[] } {
  const program = new Command('causeway');
  agentCommands(program, () => undefined);
  controllerCommands(program, () => undefined);
  let command = program;
  let rest = [...args];
  for (let next = command.commands.find((one) => one.name() === rest[0]); next !== undefined; next = command.commands.find((one) => one.name() === rest[0])) {
    command = next;
    rest = rest.slice(1);
  }
  return { command: [command.parent?.name(), command.name()].join(' '), unknown: rest.filter((each) => each.startsWith('-') && !command.options.some(({ long }) => long === each)) };
}

describe('the Windows service', () => {
  it('runs the agent by a command there is, as an account of its own, and gives it time to stop', async () => {
    const { service } = new XMLParser({ ignoreAttributes: false }).parse(await read('windows/causeway-agent.xml')) as { service: Record<string, unknown> };
    const [, ...args] = [...String(service['arguments']).matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    expect(commandOf(args)).toEqual({ command: 'agent run', unknown: [] });
    expect(service['serviceaccount']).toEqual({ domain: 'NT SERVICE', user: 'CausewayAgent' });
    expect(service['stoptimeout']).toBe('45 sec');
    expect(service['onfailure']).toHaveLength(3);
  });

  it('begins with a configuration the agent takes', async () => {
    expect(readConfig(await read('windows/agent.yaml'), 'C:/agent.yaml', {}).health?.address).toBe('127.0.0.1');
  });

  it('is installed by a script that says the same names as the definition, and cuts inherited rights', async () => {
    const script = await read('windows/install.ps1');
    expect(script).toContain("$service = 'CausewayAgent'");
    expect(script).toContain("'/inheritance:r'");
    expect(script).not.toMatch(/Everyone|S-1-1-0|Invoke-Expression|iex /);
  });
});

describe('the launchd definition', () => {
  it('runs the agent by a command there is, as a user of its own', async () => {
    const text = await read('launchd/com.causeway.agent.plist');
    const { plist } = new XMLParser({ ignoreAttributes: true }).parse(text.replace(/<!DOCTYPE[^>]*>/, '')) as { plist: { dict: { key: string[]; string: string[]; array: { string: string[] } } } };
    const [, , ...args] = plist.dict.array.string;
    expect(commandOf(args)).toEqual({ command: 'agent run', unknown: [] });
    expect(plist.dict.key).toEqual(expect.arrayContaining(['UserName', 'KeepAlive', 'ExitTimeOut', 'Umask']));
    expect(plist.dict.string).toContain('_causeway');
  });
});

describe('the compose file', () => {
  interface Service { command: string[]; read_only: boolean; cap_drop: string[]; security_opt: string[]; ports?: string[]; stop_grace_period: string }
  it('runs commands there are, each on a root it cannot write and without capabilities; the agent publishes nothing', async () => {
    const { services } = parse(await read('container/compose.yaml')) as { services: Record<string, Service> };
    expect(Object.keys(services)).toEqual(['agent', 'controller']);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(commandOf(service.command).unknown).toEqual([]);
    }
    expect(commandOf(services['agent']?.command ?? []).command).toBe('agent run');
    expect(commandOf(services['controller']?.command ?? []).command).toBe('controller run');
    expect(services['agent']?.ports).toBeUndefined();
  });
});

describe('the image', () => {
  it('begins with a command there is, is not root, and has a health check of its own', async () => {
    const lines = (await read('container/Dockerfile')).split('\n');
    const instruction = (name: string): string => lines.findLast((line) => line.trimStart().startsWith(`${name} `))?.trim().slice(name.length + 1) ?? '';
    expect(commandOf(JSON.parse(instruction('CMD')) as string[])).toEqual({ command: 'agent run', unknown: [] });
    expect(instruction('USER')).toBe('65532:65532');
    expect(instruction('HEALTHCHECK')).toContain('/app/dist/deploy/container/health-check.js');
    expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(['/nodejs/bin/node', '/app/dist/deploy/cli/causeway.js']);
  });
});
