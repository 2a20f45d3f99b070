import { javaClient } from './java-hosts.js';
import { describeFacadeAcceptance } from './describe-facade-acceptance.js';
import { describeSystemAcceptance } from './describe-system-acceptance.js';
import { describeKnownDifferences } from './proof.js';

describeSystemAcceptance(javaClient);
describeFacadeAcceptance(javaClient);
describeKnownDifferences(javaClient);
