import type { ConnectorTarget } from '../../../protocol/model/index.js';
import { scriptTargets } from '../../engines/scripted/scripted-connector.js';
import { kadminSettings, type KerberosConfig } from './settings.js';

/** The SSH server; or, without one, the database or the server of kadmin, which its own configuration names. */
export function targets(config: KerberosConfig): readonly ConnectorTarget[] {
  const { transport, command, adminServer } = kadminSettings(config);
  const scripts = scriptTargets(config);
  if (transport === 'ssh') return [{ host: config.host, port: config.port }, ...scripts];
  const program = { path: command[0] ?? '' };
  if (adminServer === undefined) return [program, ...scripts];
  const [host = '', port] = adminServer.split(':');
  return [program, { host, port: Number(port ?? KADMIND_PORT) }, ...scripts];
}

const KADMIND_PORT = 749;
