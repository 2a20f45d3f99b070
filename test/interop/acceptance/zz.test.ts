import { it } from 'vitest';
import { startAcceptanceWorld } from './acceptance-world.js';
import * as java from './java-hosts.js';
import * as ours from './causeway-hosts.js';
const hosts = { ...java, ...ours } as any;
it('explores', async () => {
  const { world, stop } = await startAcceptanceWorld(hosts[process.env['H'] ?? 'javaServer']);
  try {
    for (const line of (process.env['Q'] ?? '').split('\n').filter(Boolean)) {
      const [method, path, body] = line.split(' ');
      const a = await world.send(path!, { method: method!, ...(body ? { body: JSON.parse(body) } : {}), headers: method === 'PUT' ? { 'If-Match': '*' } : {} });
      console.log(line, '\n  =>', a.status, JSON.stringify(a.body).slice(0, 900));
    }
    console.log(world.host.log().split("\n").slice(0,14).join("\n"));
  } finally { await stop(); }
});
