import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI } from '../../support/causeway-processes.js';
import { javaClassPath } from '../support/java-build.js';
import { hostArguments } from '../support/java-host.js';
import { MeasuredServer } from './measured-server.js';

export const SHARED_KEY = 'changeit';
export const CSV_CONNECTOR = 'org.forgerock.openicf.csvfile.CSVFileConnector';

/** OPENICF_OPTS as the Java server's start script sets it when nobody else did; the collector is the JVM's choice. Java 17 would read the file in the locale's charset. */
export const JAVA_OPTIONS = ['-Xmx512m', '-Dfile.encoding=UTF-8'];

/** Starts a server on the port; it need not serve yet. */
export type StartServer = (port: number) => Promise<MeasuredServer>;

/** Our agent in server mode, from the build, with the defaults of its configuration. `settings` are added. */
export function causewayAgent(directory: string, settings: Readonly<Record<string, unknown>> = {}, nodeOptions: readonly string[] = []): StartServer {
  return async (port) => {
    const file = join(directory, `agent-${port}.yaml`);
    const config = { agent: { name: 'bench', stateDirectory: join(directory, 'state') }, listeners: [{ port, address: '127.0.0.1', key: SHARED_KEY }], ...settings };
    await writeFile(file, JSON.stringify(config)); // JSON is YAML
    return new MeasuredServer('our agent', process.execPath, [...nodeOptions, CLI, 'agent', 'run', '--config', file]);
  };
}

/** The Java connector server with the CSV connector's bundle alone, which is the least it can hold. */
export function javaServer(jvmOptions: readonly string[] = JAVA_OPTIONS): StartServer {
  return (port) => {
    const args = hostArguments({ mode: 'server', port, key: SHARED_KEY, bundles: ['csvfile'] });
    return Promise.resolve(new MeasuredServer('Java server', 'java', [...jvmOptions, '-cp', javaClassPath(), 'io.causeway.interop.host.Main', ...args]));
  };
}
