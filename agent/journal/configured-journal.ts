import { join } from 'node:path';
import type { SessionLog } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';
import { openDisk } from './journal-disk.js';
import { openWriteJournal, type WriteJournal } from './write-journal.js';

/** The journal of the agent's configuration. Rejects when its directory cannot be had. */
export async function openConfiguredJournal({ agent, journal }: Pick<AgentConfig, 'agent' | 'journal'>, log: SessionLog): Promise<WriteJournal> {
  const disk = await openDisk(journal.directory ?? join(agent.stateDirectory, 'journal'));
  return openWriteJournal({ disk, log, maxSize: journal.maxSize, retention: journal.retention });
}
