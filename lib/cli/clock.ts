/** What tells the command line how time passes. */
export interface Clock {
  /** Milliseconds since some moment. It never goes back. */
  readonly nowMillis: () => number;
  /** Calls back again and again, until the function that it returns is called. It keeps no process alive. */
  readonly every: (millis: number, call: () => void) => () => void;
}

/** The clock of the machine. */
export const machineClock: Clock = {
  nowMillis: () => performance.now(),
  every: (millis, call) => {
    const timer = setInterval(call, millis).unref();
    return () => clearInterval(timer);
  },
};
