import { runConnectorProcess } from './run-process.js';

/** The program of a connector's process; started by the agent only (agent/isolation), never by hand. */
runConnectorProcess();
