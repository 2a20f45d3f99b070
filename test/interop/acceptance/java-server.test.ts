import { javaServer } from './java-hosts.js';
import { describeFacadeAcceptance } from './describe-facade-acceptance.js';
import { describeSystemAcceptance } from './describe-system-acceptance.js';
import { describeKnownDifferences } from './proof.js';

describeSystemAcceptance(javaServer);
describeFacadeAcceptance(javaServer);
describeKnownDifferences(javaServer);
