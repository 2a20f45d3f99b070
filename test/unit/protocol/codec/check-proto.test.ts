import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-proto-'));
  cpSync(path.join(root, 'protocol/proto'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function check(): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [path.join(root, 'scripts/check-proto.mjs'), folder], { encoding: 'utf8' });
}

function edit(file: string, from: string, to: string): void {
  const target = path.join(folder, file);
  const text = readFileSync(target, 'utf8');
  expect(text).toContain(from);
  writeFileSync(target, text.replace(from, to));
}

describe('check-proto', () => {
  test('the .proto files are those of the protocol', () => {
    const { status, stdout } = check();
    expect(stdout).toContain('102 messages, 10 enums, no difference');
    expect(stdout).toContain('extensions of our own: AnswerUnknown, ControlRequest.knownList, ControlResponse.knownList, CreditMessage, DrainingMessage, ExceptionMessage.outcome, HandshakeMessage.features, HandshakeMessage.hostId, HandshakeMessage.journalId, '
      + 'OperationRequest.bookmarks, OperationRequest.operationId, OperationRequest.timeLeft, OperationRequest.traceParent, OutcomeRequest, OutcomeResponse, RPCRequest.creditMessage, RPCRequest.draining, RPCRequest.outcomeRequest, '
      + 'RPCResponse.answerUnknown, RPCResponse.outcomeResponse, SearchOpResponse.bookmark, SearchOpResponse.complete, SearchOpResponse.results, SyncOpResponse.Sync.complete, SyncOpResponse.Sync.deltas');
    expect(status).toBe(0);
  });

  test.each([
    ['a renamed field', 'OperationMessages.proto', 'SearchOpRequest searchOpRequest = 13', 'SearchOpRequest search = 13', 'message OperationRequest.searchOpRequest: missing'],
    ['another number', 'CommonObjectMessages.proto', 'string revision = 2', 'string revision = 3', 'message Uid.revision.number: 3 instead of 2'],
    ['another type', 'RPCMessages.proto', 'int64 messageId = 1', 'int32 messageId = 1', 'message RemoteMessage.messageId.type: int32 instead of int64'],
    ['another label', 'RPCMessages.proto', 'repeated int64 localRequestId', 'int64 localRequestId', 'message ControlRequest.localRequestId.label: singular instead of repeated'],
    ['another enum value', 'RPCMessages.proto', 'DOTNET = 2', 'DOTNET = 3', 'enum HandshakeMessage.ServerType.DOTNET: 3 instead of 2'],
    ['a field of our own below 1000', 'RPCMessages.proto', 'features = 1000', 'features = 4', 'message HandshakeMessage.features: not in the specification'],
    ['a field out of its oneof', 'FilterMessages.proto', 'oneof filter {', 'oneof other {', 'message FilterUnionMessage.andFilter.oneof: other instead of filter'],
  ])('%s is a difference', (_, file, from, to, difference) => {
    edit(file, from, to);
    const { status, stdout } = check();
    expect(stdout).toContain(difference);
    expect(stdout).not.toContain('no difference');
    expect(status).toBe(1);
  });
});
