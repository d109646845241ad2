import { EventEmitter } from 'node:events';
import { Interruption } from '../../lib/cli/process-host';

/** A process that is sent signals, and remembers which it ends itself by. */
class SignalledProcess extends EventEmitter {
  readonly pid = 4711;
  readonly killed: (readonly [pid: number, signal: NodeJS.Signals])[] = [];

  kill(pid: number, signal: NodeJS.Signals): void {
    this.killed.push([pid, signal]);
  }

  send(signal: NodeJS.Signals): void {
    this.emit(signal, signal);
  }
}

describe('an interruption', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s asks for an end, and lets what goes on put things back', (signal) => {
    const source = new SignalledProcess();
    const interruption = new Interruption(source);
    expect(interruption.signal.aborted).toBe(false);
    source.send(signal);
    expect(interruption.signal.aborted).toBe(true);
    expect(source.killed).toEqual([]);
  });

  test('that comes again, by whatever signal, ends the process by it, after a last word', () => {
    const source = new SignalledProcess();
    const interruption = new Interruption(source);
    const said: string[] = [];
    interruption.beforeLeaving(() => said.push(`said before ${source.killed.length} kills`));
    source.send('SIGINT');
    expect(said).toEqual([]);
    source.send('SIGTERM');
    expect(said).toEqual(['said before 0 kills']);
    expect(source.killed).toEqual([[4711, 'SIGTERM']]);
    // So that the signal does what it does by default.
    expect(source.eventNames()).toEqual([]);
  });

  test('has no last word of one who took it back', () => {
    const source = new SignalledProcess();
    const interruption = new Interruption(source);
    const said: string[] = [];
    interruption.beforeLeaving(() => said.push('taken back'))();
    source.send('SIGINT');
    source.send('SIGINT');
    expect(said).toEqual([]);
    expect(source.killed).toHaveLength(1);
  });

  test('without a signal leaves the first signal to be polite', () => {
    const source = new SignalledProcess();
    const interruption = new Interruption(source);
    interruption.begin();
    expect(interruption.signal.aborted).toBe(true);
    source.send('SIGINT');
    expect(source.killed).toEqual([]);
  });
});
