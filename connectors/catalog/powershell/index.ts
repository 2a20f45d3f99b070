import { defineConnector } from '../../framework/define-connector.js';
import type { PoolLimits } from '../../framework/spi.js';
import { config, unavailable, validate, type PowerShellConfig } from './config.js';
import {
  authenticate, create, latestSyncToken, nativeFilter, remove, resolveUsername, schema, scriptOnConnector, search, sync, test, update,
} from './operations.js';
import { objectClasses } from './schema.js';
import { close, isAlive, open } from './session.js';

/** Milliseconds to wait for a free interpreter. */
const LONGEST_WAIT = 150_000;
const MINUTE = 60_000;

/** Without the pool every operation has an interpreter of its own, which ends with it. */
function poolLimits({ UseInterpretersPool, MinInterpretersPoolSize, MaxInterpretersPoolSize, PoolCleanupInterval }: PowerShellConfig): PoolLimits {
  return {
    maxObjects: MaxInterpretersPoolSize, maxIdle: UseInterpretersPool ? MaxInterpretersPoolSize : 0, minIdle: UseInterpretersPool ? MinInterpretersPoolSize : 0, maxWait: LONGEST_WAIT,
    minEvictableIdleTime: PoolCleanupInterval === 0 ? Number.MAX_SAFE_INTEGER : PoolCleanupInterval * MINUTE,
  };
}

const bundleName = 'MsPowerShell.Connector';
const bundleVersion = '1.4.7.0';

/**
 * Anything PowerShell can manage, by scripts of the deployer's own: those written for the .NET connector run as they are. A session
 * is one PowerShell process, here or over SSH, pooled by the facade.
 */
export default defineConnector({
  id: 'powershell',
  displayName: 'PowerShell Connector',
  family: 'Scripted',
  key: { bundleName, bundleVersion, connectorName: 'Org.ForgeRock.OpenICF.Connectors.MsPowerShell.MsPowerShellConnector' },
  // The documentation spells the class both ways.
  alternativeBundles: [{ bundleName, bundleVersion, connectorName: 'Org.Forgerock.OpenICF.Connectors.MsPowerShell.MsPowerShellConnector' }],
  properties: config,
  objectClasses,
  pooled: true,
  validate,
  unavailable,
  open,
  close,
  isAlive,
  reusable: isAlive,
  poolLimits,
  // See engines/scripted/script-pages.ts: pages whether the script knows of them or not.
  search: { paging: true, sorting: false, projection: false },
  nativeFilter,
  operations: { test, schema, search, create, update, delete: remove, sync, latestSyncToken, authenticate, resolveUsername, scriptOnConnector },
});
