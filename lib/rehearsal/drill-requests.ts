import { arrayAt, type JsonValue, parseJson, textAt } from '../json';
import { LabError } from '../lab-error';
import type { RunContext } from '../run-context';
import { requireLoopback } from './process/loopback';
import { CLOCK_PATH } from './scheduler';
import type { CapacityShortage } from './ec2/fleet-offers';

/*
 * What a drill tells a rehearsed account: things that happen in AWS, and that no caller of AWS can ask for.
 */

/** Says what EC2 has none of from now on. None of an earlier request stays. */
export async function setCapacityShortages(endpoint: string, shortages: readonly CapacityShortage[], run: RunContext): Promise<void> {
  await tell(endpoint, { method: 'PUT', path: '/rehearsal/capacity-shortages', body: shortages.map((shortage) => ({ ...shortage })) }, run);
}

/** Which spot instance EC2 takes back, and when. */
export interface SpotInterruption {
  /** Such as `i-0123456789abcdef0`: the last part of a NodeClaim's provider id. */
  readonly instanceId: string;
  /** Real seconds between the warning and the termination. @default 120, as in AWS */
  readonly secondsUntilTermination?: number;
}

/** Has EC2 take a spot instance back: it warns now, and terminates the instance later. */
export async function interruptSpotInstance(endpoint: string, { instanceId, secondsUntilTermination }: SpotInterruption, run: RunContext): Promise<void> {
  const body = { instanceId, ...(secondsUntilTermination === undefined ? {} : { secondsUntilTermination }) };
  await tell(endpoint, { method: 'POST', path: '/rehearsal/spot-interruptions', body }, run);
}

/** Has EC2 say that a spot instance is more likely than others to be taken back. */
export async function recommendRebalance(endpoint: string, instanceId: string, run: RunContext): Promise<void> {
  await tell(endpoint, { method: 'POST', path: '/rehearsal/rebalance-recommendations', body: { instanceId } }, run);
}

/**
 * Lets time pass for what waits for a moment: the deadline of a class.
 *
 * @returns names of the schedules whose moment has come meanwhile
 */
export async function passTime(endpoint: string, seconds: number, run: RunContext): Promise<readonly string[]> {
  const answer = await tell(endpoint, { method: 'POST', path: CLOCK_PATH, body: { seconds } }, run);
  return arrayAt(parseJson(answer), 'started').flatMap((name) => textAt(name) ?? []);
}

interface Telling {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: JsonValue;
}

/**
 * @returns the body of the answer
 * @throws LabError `EndpointNotLocal` when the endpoint is not on this machine; `RehearsedEventRefused` when the account refuses it, or
 * does not answer
 */
async function tell(endpoint: string, { method, path, body }: Telling, { signal }: RunContext): Promise<string> {
  const url = new URL(path, requireLoopback(endpoint));
  const refused = (message: string, cause?: unknown): LabError => new LabError({
    code: 'RehearsedEventRefused',
    message: `The rehearsed account does not play this: ${message}.`,
    received: JSON.stringify(body),
    remedy: 'See whether the rehearsal still runs, and the instance too: npm run rehearse -- --status.',
    cause,
  });
  let response;
  try {
    response = await fetch(url, { method, signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  } catch (cause) {
    signal.throwIfAborted();
    throw refused(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const text = await response.text();
  if (!response.ok) throw refused((textAt(parseJson(text), 'message') ?? text).replace(/\.$/, ''));
  return text;
}
