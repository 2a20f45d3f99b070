import { vi } from 'vitest';

// Before each file: what the one before it left in variables of modules is gone, and hooks of modules that files share are set again.
vi.resetModules();
