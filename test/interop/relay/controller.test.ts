import { describeFacadeAcceptance } from '../acceptance/describe-facade-acceptance.js';
import { describeSystemAcceptance } from '../acceptance/describe-system-acceptance.js';
import { relayedJava } from './relayed-hosts.js';

describeSystemAcceptance(relayedJava);
describeFacadeAcceptance(relayedJava);
