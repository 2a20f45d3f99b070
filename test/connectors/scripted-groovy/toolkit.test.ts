import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import type { FacadeEnvironment } from '../../../connectors/framework/index.js';
import { Attribute, ConnectorError, GuardedString, Name, type ConnectorTarget } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptedSystem } from '../../support/scripted.js';

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

/** What a create script answers. */
async function answer(text: string, environment: Partial<FacadeEnvironment> = {}): Promise<unknown> {
  const own = filled({ create: `return JSON.stringify(await (async () => { ${text} })() ?? null)` });
  const system = await scriptedSystem({ connector: groovy, runner, ...own, environment });
  return JSON.parse((await system.create([new Name('a'), Attribute.of('secret', new GuardedString('s3cr3t'))]))!.value);
}

describe('programs scripts run', () => {
  it('are given words, never a line for a shell', async () => {
    const words = ["it's", '$(id)', '`id`', 'a b', '; exit 1', '*', ''];
    const { stdout, exitCode } = await answer(`return process.run(['/usr/bin/printf', '%s\\\\n', ...${JSON.stringify(words)}])`) as { stdout: string; exitCode: number };
    expect(stdout.split('\n').slice(0, -1)).toEqual(words);
    expect(exitCode).toBe(0);
  });

  it('answer with output and exit code, take input and environment, and see nothing else of the agent\'s', async () => {
    expect(await answer("return process.run(['/bin/sh', '-c', 'cat; echo $ONE; echo oops >&2; exit 3'], { stdin: attributes.secret[0], env: { ONE: attributes.secret[0] } })")).toEqual({ exitCode: 3, stdout: 's3cr3ts3cr3t\n', stderr: 'oops\n' });
    const { stdout } = await answer("return process.run(['/usr/bin/env'], { env: { ONE: '1' } })") as { stdout: string };
    expect(stdout.split('\n').map((line) => line.split('=')[0]).filter((name) => name !== '').sort()).toEqual(['ONE', 'PATH']);
  });

  it.each<[string, RegExp]>([
    ["process.run('id')", /list of texts/], ["process.run(['id'])", /whole path/], ["process.run([])", /whole path/], ["process.run(['/bin/echo', attributes.secret[0]])", /no part of a command line/],
    ["process.run(['/no/such/program'])", /no such program/], ["process.run(['/bin/true'], { timeout: '5s' })", /milliseconds/], ["process.run(['/bin/true'], { timeout: 0 })", /milliseconds/],
    ["process.run(['/bin/true'], { env: { A: ['visible', attributes.secret[0], '\\0'] } })", /^env of a command holds a name with =, or a NUL character\.$/], ["process.run(['/bin/true'], { env: { 'A=B': 'c' } })", /name with =/], ["process.run(['/bin/true'], { directory: 'here' })", /whole path/],
  ])('are refused otherwise: %s', async (text, message) => {
    expect(await answer(`try { await ${text} } catch (error) { return error.message }`)).toMatch(message);
  });

  it('are ended with the operation, and after their time', async () => {
    expect(await answer("try { await process.run(['/bin/sleep', '60'], { timeout: 200.5 }) } catch (error) { return error.kind }")).toBe('operationTimeout');
  });

  it('need the agent\'s leave', async () => {
    const asked: ConnectorTarget[] = [];
    const permitTarget = async (target: ConnectorTarget): Promise<void> => {
      asked.push(target);
      if ('path' in target && target.path === '/bin/false') throw new ConnectorError('permissionDenied', 'Not that one.');
    };
    expect(await answer("await process.run(['/bin/true']); try { await process.run(['/bin/false']) } catch (error) { return error.kind }", { permitTarget })).toBe('permissionDenied');
    expect(asked).toEqual([{ path: '/bin/true' }, { path: '/bin/false' }]);
  });
});

describe('servers scripts reach by http', () => {
  it('are whole addresses, each with the agent\'s leave', async () => {
    const server = createServer((request, response) => { response.writeHead(request.url === '/gone' ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ url: request.url })); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    onTestFinished(() => { server.closeAllConnections(); server.close(); });
    const { port } = server.address() as AddressInfo;
    const asked: ConnectorTarget[] = [];
    const permitTarget = async (target: ConnectorTarget): Promise<void> => { asked.push(target); };
    expect(await answer(`
      const seen = [(await http.get({ url: 'http://127.0.0.1:${port}/users', query: { a: 1 } })).data.url, (await http.get({ url: 'http://127.0.0.1:${port}/gone' })).status];
      await http.strict.get({ url: 'http://127.0.0.1:${port}/gone' }).catch((error) => seen.push(error.kind));
      await http.get('users').catch((error) => seen.push(error.message));
      return seen;
    `, { permitTarget })).toEqual(['/users?a=1', 404, 'unknownUid', expect.stringMatching(/whole address/)]);
    expect(asked[0]).toEqual({ host: '127.0.0.1', port });
  });
});
