import { describe } from 'vitest';
import { storeContract } from '../../../support/store-contract.js';
import { testDatabase } from '../../../support/test-database.js';

describe('in the embedded database', () => {
  storeContract(() => testDatabase());
});
