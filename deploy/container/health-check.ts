import { healthAnswer } from './health-answer.js';

/** The image's health check: exits with 0 when the agent of this container can do its work, says why not otherwise. */
const answer = await healthAnswer(process.env);
if (!answer.isReady) process.stderr.write(`${answer.text}\n`);
process.exitCode = answer.isReady ? 0 : 1;
