/** File descriptor of the pipe that everything travels over. */
export const PIPE = 3;
/** File descriptor of a second pipe, which nothing ever comes over: its end is the agent's. */
export const LIFELINE = 4;
