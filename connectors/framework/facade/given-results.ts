import type { ConnectorObject } from '../../../protocol/model/index.js';
import { RunningDigest } from '../running-digest.js';

/** What a search has given so far. Costs one hash update a chunk. */
export class GivenResults extends RunningDigest {
  takeObjects(objects: readonly ConnectorObject[]): void {
    // With their lengths, so that no two rows of uids have one text.
    let text = '';
    for (const { uid: { value } } of objects) text += `${value.length}:${value}`;
    this.take(text, objects.length);
  }
}
