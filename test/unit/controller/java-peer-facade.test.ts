import { describe, expect, it } from 'vitest';
import { JavaPeerFacade } from '../../../controller/gateway/java-peer-facade.js';
import { ACCOUNT, LAST_PAGE, OPTION, OperationOptions, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import { MemoryFacade } from './memory-facade.js';

const CSV = { bundleName: 'org.openidentityplatform.openicf.connectors.csvfile-connector', bundleVersion: '2.0.1', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector' };
const COUNTED: SearchResult = { pagedResultsCookie: 'MA==', totalPagedResultsPolicy: 'EXACT', totalPagedResults: 7, remainingPagedResults: 7 };

function javaPeer(): MemoryFacade {
  const memory = new MemoryFacade();
  memory.add('bob');
  memory.searchEnd = COUNTED;
  return memory;
}

async function search(memory: MemoryFacade, options: OperationOptions): Promise<{ objects: ConnectorObject[]; end: SearchResult | undefined }> {
  const rows = new JavaPeerFacade(memory).stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options }, { signal: AbortSignal.timeout(5_000) });
  const objects: ConnectorObject[] = [];
  for (;;) {
    const step = await rows.next();
    if (step.done === true) return { objects, end: step.value };
    objects.push(step.value);
  }
}

describe('a search at a Java peer', () => {
  it('is not asked for totals, and answers none, whatever the connector counted', async () => {
    const memory = javaPeer();
    const options = OperationOptions.of({ [OPTION.totalPagedResultsPolicy]: 'EXACT', [OPTION.pageSize]: 5 });
    expect(await search(memory, options)).toMatchObject({ objects: [{ name: { value: 'bob' } }], end: { ...LAST_PAGE, pagedResultsCookie: 'MA==' } });
    expect([...memory.named('search')[0]!.options.entries.keys()]).toEqual([OPTION.pageSize]);
  });

  it('of the CSV connector has no cookie unless pages were asked for: it gives one in any case, for the first row', async () => {
    const memory = javaPeer();
    memory.connectorKey = CSV;
    expect((await search(memory, OperationOptions.none)).end).toEqual(LAST_PAGE);
    expect((await search(memory, OperationOptions.of({ [OPTION.pageSize]: 1 }))).end?.pagedResultsCookie).toBe('MA==');
  });

  it('of another connector keeps its cookie: who pages unasked has not shown everything', async () => {
    expect((await search(javaPeer(), OperationOptions.none)).end?.pagedResultsCookie).toBe('MA==');
  });

  it('that is left early is left at the peer', async () => {
    const memory = javaPeer();
    memory.generated = 1_000;
    const rows = new JavaPeerFacade(memory).stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, { signal: AbortSignal.timeout(5_000) });
    await rows.next();
    await rows.return(undefined);
    expect(memory.openSearches).toBe(0);
  });
});
