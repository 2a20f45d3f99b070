export { config } from '../../engines/scripted/toolkit/toolkit.js';
