import type { WriteOutcome } from '../../protocol/model/index.js';
import type { OutcomeQuestion, OutcomeSource } from '../../protocol/session/contract.js';

/** An agent's journal as a test wants it to answer. */
export class MemoryOutcomes implements OutcomeSource {
  readonly journalId: string;
  readonly asked: OutcomeQuestion[] = [];
  answer: (question: OutcomeQuestion) => WriteOutcome | Promise<WriteOutcome> = () => ({ state: 'neverSeen' });

  constructor(journalId = 'journal-1') {
    this.journalId = journalId;
  }

  async outcomeOf(question: OutcomeQuestion): Promise<WriteOutcome> {
    this.asked.push(question);
    return this.answer(question);
  }
}
