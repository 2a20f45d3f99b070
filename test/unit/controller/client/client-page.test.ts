import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { CausewayClient, CausewayError } from '../../../../controller/client/index.js';
import { startRest } from '../start-rest.js';

it('the example of docs/client.md does what the page says', async () => {
  const rest = await startRest();
  try {
    const page = await readFile(new URL('../../../../docs/client.md', import.meta.url), 'utf8');
    const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1]?.replace(/^import .*$/m, '') ?? '';
    const { outputText } = ts.transpileModule(`async function run() {${example}}\nreturn run();`, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
    const lines: unknown[][] = [];
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page's own text
    const run = new Function('CausewayClient', 'CausewayError', 'process', 'console', outputText) as (...given: unknown[]) => Promise<void>;
    await run(CausewayClient, CausewayError, { env: { CAUSEWAY_URL: rest.url, CAUSEWAY_PASSWORD: 'openidm-admin' } }, { log: (...line: unknown[]) => lines.push(line) });
    expect(lines).toEqual([['carol'], [412, false]]);
    expect(rest.facade.objects.size).toBe(0);
  } finally {
    await rest.stop();
  }
});
