import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TEARDOWN_ACTIONS } from '../../lib/aws/teardown-rights';

const ROOT = resolve(__dirname, '../..');

/** How IAM calls the services whose SDK clients are called otherwise. */
const PREFIXES: Readonly<Record<string, string>> = {
  'cloudwatch-logs': 'logs', 'elastic-load-balancing': 'elasticloadbalancing', 'elastic-load-balancing-v2': 'elasticloadbalancing',
};

/** Files whose requests only a preflight, a deadline or the guard makes. */
const OTHERS = ['extend-lab.ts', 'guard/'];

/** What only a deployment asks for, in a file that a teardown uses as well. */
const OF_A_DEPLOYMENT = ['cloudformation:GetTemplate'];

/** What the rooms of a teardown ask for, by the commands and lists that they take from the SDK. */
function requestedActions(): readonly string[] {
  const files = ['lib/aws', 'lib/removal'].flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)))
    .filter((path) => path.endsWith('.ts') && !OTHERS.some((other) => path.includes(other)));
  const actions = files.flatMap((path) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(/import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)]
    .flatMap(([, names = '', client = '']) => [...names.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)]
      .map(([, command, list]) => `${PREFIXES[client] ?? client}:${command ?? list ?? ''}`)));
  return [...new Set(actions)].filter((action) => !OF_A_DEPLOYMENT.includes(action)).toSorted();
}

describe('the rights of a teardown', () => {
  test('are the requests that its sources make', () => {
    expect(TEARDOWN_ACTIONS.toSorted()).toEqual(requestedActions());
  });

  test('are what the published policy grants', () => {
    const policy = JSON.parse(readFileSync(join(ROOT, 'docs/teardown-policy.json'), 'utf8')) as { readonly Statement: readonly { readonly Effect: string; readonly Action: readonly string[] }[] };
    expect(policy.Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true);
    expect(policy.Statement.flatMap(({ Action }) => Action).toSorted()).toEqual(TEARDOWN_ACTIONS.toSorted());
  });
});
